// Headers and spans of time as servers write them, and as they do not.
#include "tests/fuzz/target.hpp"
#include "wire/duration.hpp"
#include "wire/rate_headers.hpp"
#include "wire/recorded_head.hpp"

namespace {

using namespace spillway;

void durations(std::string_view text) {
  const wall_time now{std::chrono::seconds{1'795'478'400}};
  for (const auto span : {wire::parse_go_duration(text), wire::parse_retry_after(text, now),
                          wire::parse_milliseconds(text)})
    fuzz::require(!span || (*span >= duration{} && *span <= std::chrono::hours{24 * 366}));
  if (const auto span = wire::parse_go_duration(text)) {
    const auto again = wire::parse_go_duration(wire::to_go_duration(*span));
    fuzz::require(again && *span - *again < std::chrono::milliseconds{1}
                  && *again - *span < std::chrono::milliseconds{1});
  }
}

} // namespace

void spillway::fuzz::run(std::string_view input) {
  durations(input);
  const auto head = wire::decode_recorded_head(input);
  if (!head)
    return require(!head.failure().message.empty());
  require(!head->status || (*head->status >= 100 && *head->status < 600));
  const rate::observed_limits limits = wire::decode_rate_headers(head->headers);
  wire::http_headers again;
  wire::encode_rate_headers(limits, again);
  require(wire::decode_rate_headers(again).requests_limit == limits.requests_limit);
  require(wire::decode_rate_headers(again).tokens_remaining == limits.tokens_remaining);
  for (const auto& [name, value] : head->headers)
    durations(value);
}
