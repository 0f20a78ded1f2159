#include "wire/access/key_text.hpp"

#include "wire/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

namespace spillway::wire {
namespace {

constexpr std::string_view prefix = "sk-spill-";
constexpr std::size_t id_bytes = 6;
constexpr std::size_t text_bytes = 32;
constexpr std::size_t salt_bytes = 16;

/// Empty if the system has none.
std::string random_hex(std::size_t bytes) {
  std::array<unsigned char, text_bytes> drawn{};
  return RAND_bytes(drawn.data(), static_cast<int>(bytes)) == 1 ? to_hex(drawn.data(), bytes)
                                                                : std::string{};
}

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

} // namespace

result<key_text> mint_key(std::string id) {
  key_text out;
  out.id = id.empty() ? random_hex(id_bytes) : std::move(id);
  out.salt = random_hex(salt_bytes);
  const std::string drawn = random_hex(text_bytes);
  if (out.id.empty() || out.salt.empty() || drawn.empty())
    return error{"the system gives no random numbers, without which there are no keys"};
  out.text = secret{std::string{prefix} + out.id + "-" + drawn};
  out.digest = sha256_hex(out.salt + fingerprint_key(out.text.reveal()));
  return out;
}

std::string_view key_id_in(std::string_view text) {
  constexpr std::size_t size = prefix.size() + 2 * id_bytes + 1 + 2 * text_bytes;
  if (text.size() != size || !text.starts_with(prefix))
    return {};
  const std::string_view id = text.substr(prefix.size(), 2 * id_bytes);
  const std::string_view rest = text.substr(prefix.size() + 2 * id_bytes);
  return is_hex(id) && rest.front() == '-' && is_hex(rest.substr(1)) ? id : std::string_view{};
}

std::string fingerprint_key(std::string_view text) {
  return sha256_hex(text);
}

bool is_key_of(const access::virtual_key& key, const std::string& fingerprint) {
  const std::string digest = sha256_hex(key.salt + fingerprint);
  return digest.size() == key.digest.size()
         && CRYPTO_memcmp(digest.data(), key.digest.data(), digest.size()) == 0;
}

} // namespace spillway::wire
