#pragma once

#include "core/chat.hpp"
#include "wire/json_reader.hpp"

/// Internal to the sources of `wire/anthropic`: what a call used. The vendor counts what was read
/// from and written to caches beside `input_tokens`, we count it within.
/// Source: anthropic-sdk-python src/anthropic/types/usage.py (2026-10).
namespace spillway::wire::anthropic {

nlohmann::json encode_usage(const token_usage& usage);

/// Counts as they are told: the newest word on each counts, and never adds to an earlier one.
class usage_reader {
public:
  /// Takes a `usage` object; anything that makes no sense is passed over, since the answer is worth
  /// more than its count.
  void take(const nlohmann::json& usage);

  /// `estimated` unless input and output were told.
  token_usage read() const;

private:
  std::optional<token_count> uncached_;
  std::optional<token_count> output_;
  token_count cached_;
  token_count written_;
  token_count written_1h_;
  token_count thought_;
  service_tier tier_ = service_tier::standard;
};

} // namespace spillway::wire::anthropic
