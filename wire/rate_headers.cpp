#include "wire/rate_headers.hpp"

#include "wire/duration.hpp"

#include <charconv>
#include <optional>

namespace spillway::wire {
namespace {

constexpr const char* requests_limit = "x-ratelimit-limit-requests";
constexpr const char* requests_remaining = "x-ratelimit-remaining-requests";
constexpr const char* requests_reset = "x-ratelimit-reset-requests";
constexpr const char* tokens_limit = "x-ratelimit-limit-tokens";
constexpr const char* tokens_remaining = "x-ratelimit-remaining-tokens";
constexpr const char* tokens_reset = "x-ratelimit-reset-tokens";
constexpr const char* processing = "openai-processing-ms";

std::optional<std::int64_t> count_of(std::string_view text) {
  std::int64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, count);
  if (problem != std::errc{} || rest != end || count < 0)
    return std::nullopt;
  return count;
}

void add(http_headers& headers, const char* name, std::optional<std::int64_t> count) {
  if (count)
    headers.add(name, std::to_string(*count));
}

void add(http_headers& headers, const char* name, std::optional<duration> reset) {
  if (reset)
    headers.add(name, to_go_duration(*reset));
}

} // namespace

rate::observed_limits decode_rate_headers(const http_headers& headers) {
  rate::observed_limits seen{count_of(headers.find(requests_limit)),
                             count_of(headers.find(requests_remaining)),
                             count_of(headers.find(tokens_limit)),
                             count_of(headers.find(tokens_remaining)),
                             parse_go_duration(headers.find(requests_reset)),
                             parse_go_duration(headers.find(tokens_reset))};
  seen.worked = parse_milliseconds(headers.find(processing));
  return seen;
}

void encode_rate_headers(const rate::observed_limits& limits, http_headers& headers) {
  add(headers, requests_limit, limits.requests_limit);
  add(headers, requests_remaining, limits.requests_remaining);
  add(headers, requests_reset, limits.requests_reset);
  add(headers, tokens_limit, limits.tokens_limit);
  add(headers, tokens_remaining, limits.tokens_remaining);
  add(headers, tokens_reset, limits.tokens_reset);
}

} // namespace spillway::wire
