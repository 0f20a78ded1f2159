#pragma once

#include "core/chat.hpp"

#include <cstdint>
#include <string_view>

namespace spillway::simulator {

/// A seeded stream of random numbers, the same on every machine: the standard's distributions are
/// left to each library, so the few shapes needed are drawn here. Not thread-safe.
class chance {
public:
  explicit chance(std::uint64_t seed) noexcept : state_{seed} {}

  std::uint64_t next() noexcept;
  /// Uniform in [0, 1).
  double next_unit() noexcept;
  /// Uniform in [0, n). Requires: n > 0.
  std::uint64_t next_below(std::uint64_t n) noexcept;
  /// Standard normal.
  double next_normal() noexcept;
  bool happens(double probability) noexcept { return next_unit() < probability; }

private:
  std::uint64_t state_;
};

/// A hash that is the same on every machine and in every run.
std::uint64_t fingerprint(std::string_view text) noexcept;
/// Of the conversation and the tools offered: equal requests have equal fingerprints.
std::uint64_t fingerprint(const chat_request& request) noexcept;

} // namespace spillway::simulator
