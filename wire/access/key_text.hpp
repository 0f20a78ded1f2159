#pragma once

#include "core/access/virtual_key.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"

#include <string>
#include <string_view>

/// What a virtual key looks like to its holder: "sk-spill-", the key's id, "-" and 64 hexadecimal
/// digits of chance.
namespace spillway::wire {

struct key_text {
  std::string id;
  secret text; ///< shown once, kept nowhere
  std::string salt;
  std::string digest;
};

/// A new key. With `id`, the same key with another text.
/// Errors: the system has no chance to give.
result<key_text> mint_key(std::string id = {});

/// The id in what a caller sent; empty if it is no virtual key.
std::string_view key_id_in(std::string_view text);

/// SHA-256 of what a caller sent, in hexadecimal digits: stands for it within the process.
std::string fingerprint_key(std::string_view text);

/// Whether `fingerprint` is that of the key's text. The comparison takes the same time wherever
/// the first difference is.
bool is_key_of(const access::virtual_key& key, const std::string& fingerprint);

} // namespace spillway::wire
