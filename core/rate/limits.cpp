#include "core/rate/limits.hpp"

#include <algorithm>

namespace spillway::rate {

const char* to_string(dimension d) noexcept {
  switch (d) {
    case dimension::requests_per_minute: return "requests_per_minute";
    case dimension::tokens_per_minute: return "tokens_per_minute";
    case dimension::input_tokens_per_minute: return "input_tokens_per_minute";
    case dimension::output_tokens_per_minute: return "output_tokens_per_minute";
    case dimension::requests_per_day: return "requests_per_day";
    case dimension::tokens_per_day: return "tokens_per_day";
    case dimension::concurrent_requests: return "concurrent_requests";
  }
  return "?";
}

std::optional<dimension> dimension_of(std::string_view name) noexcept {
  for (const dimension d : all_dimensions)
    if (name == to_string(d))
      return d;
  return std::nullopt;
}

std::optional<std::int64_t> limits::of(dimension d) const noexcept {
  switch (d) {
    case dimension::requests_per_minute: return requests_per_minute;
    case dimension::tokens_per_minute: return tokens_per_minute;
    case dimension::input_tokens_per_minute: return input_tokens_per_minute;
    case dimension::output_tokens_per_minute: return output_tokens_per_minute;
    case dimension::requests_per_day: return requests_per_day;
    case dimension::tokens_per_day: return tokens_per_day;
    case dimension::concurrent_requests: return concurrent_requests;
  }
  return std::nullopt;
}

amount charge::of(dimension d) const noexcept {
  switch (d) {
    case dimension::tokens_per_minute:
    case dimension::tokens_per_day: return tokens;
    case dimension::input_tokens_per_minute: return input;
    case dimension::output_tokens_per_minute: return output;
    case dimension::requests_per_minute:
    case dimension::requests_per_day:
    case dimension::concurrent_requests: break;
  }
  return {1, 0, 1};
}

charge at_most(const charge& c) noexcept {
  const auto most = [](const amount& a) {
    return amount{std::max(a.most, a.expected), 0, std::max(a.most, a.expected)};
  };
  return {most(c.tokens), most(c.input), most(c.output)};
}

} // namespace spillway::rate
