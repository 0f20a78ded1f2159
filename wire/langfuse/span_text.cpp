#include "wire/langfuse/span_text.hpp"

#include <algorithm>
#include <cstdint>

namespace spillway::wire::langfuse {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::size_t environment_bytes_max = 40;

/// FNV-1a. Source: http://www.isthe.com/chongo/tech/comp/fnv/ (2026-11-24).
std::uint64_t hash_of(std::string_view text, std::uint64_t seed) {
  std::uint64_t hash = 0xcbf29ce484222325U ^ seed;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

void append_hex(std::string& out, std::uint64_t value) {
  for (int shift = 60; shift >= 0; shift -= 4)
    out += hex_digits[value >> shift & 0xF];
}

bool in_environment(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

} // namespace

bool is_hex_id(std::string_view text, std::size_t digits) {
  return text.size() == digits && text.find_first_not_of(hex_digits) == std::string_view::npos
         && text.find_first_not_of('0') != std::string_view::npos;
}

std::string hex_id(std::string_view text, std::size_t digits) {
  if (is_hex_id(text, digits))
    return std::string{text};
  std::string id;
  for (std::uint64_t seed = 0; id.size() < digits; ++seed)
    append_hex(id, hash_of(text, seed));
  return id;
}

bool is_environment_name(std::string_view text) {
  return !text.empty() && text.size() <= environment_bytes_max && !text.starts_with("langfuse")
         && std::ranges::all_of(text, in_environment);
}

std::string environment_name(std::string_view text) {
  std::string name;
  for (const char c : text)
    name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  while (name.starts_with("langfuse"))
    name.erase(0, std::string_view{"langfuse"}.size());
  return is_environment_name(name) ? name : "default";
}

} // namespace spillway::wire::langfuse
