#include "wire/anthropic/rate_headers.hpp"

#include "wire/timestamp.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>

namespace spillway::wire::anthropic {
namespace {

std::string name_of(const char* window, const char* field) {
  return std::string{"anthropic-ratelimit-"} + window + '-' + field;
}

std::optional<std::int64_t> count_of(std::string_view text) {
  std::int64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, count);
  if (problem != std::errc{} || rest != end || count < 0)
    return std::nullopt;
  return count;
}

/// One window's three fields, wherever they are kept.
struct window {
  const char* name;
  std::optional<std::int64_t>& limit;
  std::optional<std::int64_t>& remaining;
  std::optional<duration>& reset;
};

void decode(const window& w, const http_headers& headers, std::optional<wall_time> now) {
  w.limit = count_of(headers.find(name_of(w.name, "limit")));
  w.remaining = count_of(headers.find(name_of(w.name, "remaining")));
  const auto reset = parse_rfc3339(headers.find(name_of(w.name, "reset")));
  if (now && reset)
    w.reset = std::max<duration>(*reset - *now, duration{});
}

void encode(const window& w, http_headers& headers, wall_time now) {
  if (w.limit)
    headers.add(name_of(w.name, "limit"), std::to_string(*w.limit));
  if (w.remaining)
    headers.add(name_of(w.name, "remaining"), std::to_string(*w.remaining));
  if (w.reset)
    headers.add(name_of(w.name, "reset"),
                to_rfc3339(std::chrono::ceil<std::chrono::seconds>(now + *w.reset)));
}

std::array<window, 4> windows_of(rate::observed_limits& l) {
  return {{{"requests", l.requests_limit, l.requests_remaining, l.requests_reset},
           {"input-tokens", l.input_tokens_limit, l.input_tokens_remaining, l.input_tokens_reset},
           {"output-tokens", l.output_tokens_limit, l.output_tokens_remaining,
            l.output_tokens_reset},
           {"tokens", l.tokens_limit, l.tokens_remaining, l.tokens_reset}}};
}

} // namespace

rate::observed_limits decode_rate_headers(const http_headers& headers) {
  rate::observed_limits limits;
  const auto now = parse_http_date(headers.find("date"));
  for (const window& w : windows_of(limits))
    decode(w, headers, now);
  if (limits.input_tokens_limit || limits.output_tokens_limit) {
    limits.tokens_limit.reset();
    limits.tokens_remaining.reset();
    limits.tokens_reset.reset();
  }
  return limits;
}

void encode_rate_headers(const rate::observed_limits& limits, wall_time now,
                         http_headers& headers) {
  rate::observed_limits copy = limits;
  for (const window& w : windows_of(copy))
    encode(w, headers, now);
}

} // namespace spillway::wire::anthropic
