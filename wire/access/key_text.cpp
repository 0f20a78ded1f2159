#include "wire/access/key_text.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

namespace spillway::wire {
namespace {

constexpr std::string_view prefix = "sk-spill-";
constexpr std::size_t id_bytes = 6;
constexpr std::size_t text_bytes = 32;
constexpr std::size_t salt_bytes = 16;

std::string hex(const unsigned char* bytes, std::size_t count) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += digits[bytes[i] >> 4];
    out += digits[bytes[i] & 0xF];
  }
  return out;
}

/// Empty if the system has none.
std::string random_hex(std::size_t bytes) {
  std::array<unsigned char, text_bytes> drawn{};
  return RAND_bytes(drawn.data(), static_cast<int>(bytes)) == 1 ? hex(drawn.data(), bytes)
                                                                : std::string{};
}

std::string sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return hex(digest.data(), size);
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
  out.digest = sha256(out.salt + fingerprint_key(out.text.reveal()));
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
  return sha256(text);
}

bool is_key_of(const access::virtual_key& key, const std::string& fingerprint) {
  const std::string digest = sha256(key.salt + fingerprint);
  return digest.size() == key.digest.size()
         && CRYPTO_memcmp(digest.data(), key.digest.data(), digest.size()) == 0;
}

} // namespace spillway::wire
