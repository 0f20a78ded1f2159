#include "simulator/chance.hpp"

#include "core/assert.hpp"

#include <cmath>
#include <numbers>

namespace spillway::simulator {
namespace {

constexpr std::uint64_t fnv_offset = 14'695'981'039'346'656'037ULL;
constexpr std::uint64_t fnv_prime = 1'099'511'628'211ULL;

/// FNV-1a over parts; each part ends in a byte no UTF-8 text holds, so that ("ab", "c") and
/// ("a", "bc") differ.
class hasher {
public:
  void add(std::string_view part) noexcept {
    for (const char c : part)
      add_byte(static_cast<unsigned char>(c));
    add_byte(0xFF);
  }
  std::uint64_t value() const noexcept { return value_; }

private:
  void add_byte(unsigned char byte) noexcept {
    value_ ^= byte;
    value_ *= fnv_prime;
  }
  std::uint64_t value_ = fnv_offset;
};

} // namespace

// SplitMix64: https://prng.di.unimi.it/splitmix64.c (2026-11-24). Any seed is a good one, and a
// stream costs eight bytes, so each request can have its own.
std::uint64_t chance::next() noexcept {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

double chance::next_unit() noexcept {
  return static_cast<double>(next() >> 11) * 0x1.0p-53;
}

std::uint64_t chance::next_below(std::uint64_t n) noexcept {
  SPILLWAY_ASSERT(n > 0);
  return static_cast<std::uint64_t>((static_cast<unsigned __int128>(next()) * n) >> 64);
}

double chance::next_normal() noexcept {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - next_unit()));
  return radius * std::cos(2.0 * std::numbers::pi * next_unit());
}

std::uint64_t fingerprint(std::string_view text) noexcept {
  hasher h;
  h.add(text);
  return h.value();
}

std::uint64_t fingerprint(const chat_request& request) noexcept {
  hasher h;
  for (const chat_message& message : request.messages) {
    h.add(to_string(message.role));
    h.add(message.text);
    h.add(message.tool_call_id);
    for (const tool_call& call : message.tool_calls) {
      h.add(call.name);
      h.add(call.arguments_json);
    }
  }
  for (const tool_definition& tool : request.tools)
    h.add(tool.name);
  h.add(request.response_schema_json);
  return h.value();
}

} // namespace spillway::simulator
