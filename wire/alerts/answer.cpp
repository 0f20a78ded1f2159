#include "wire/alerts/answer.hpp"

#include "wire/duration.hpp"

#include <string>
#include <string_view>

namespace spillway::wire {
namespace {

/// The beginning of a body on one line; a page of HTML says nothing to anybody.
std::string excerpt(std::string_view body) {
  constexpr std::size_t length_max = 160;
  std::string out;
  if (body.starts_with('<'))
    return out;
  for (const char c : body) {
    if (out.size() == length_max)
      return out + " ...";
    const bool plain = c > 0x20 && c < 0x7f;
    if (plain || (!out.empty() && out.back() != ' '))
      out += plain ? c : ' ';
  }
  return out;
}

} // namespace

alerts::delivery_verdict read_delivery_answer(const http_response& answer, wall_time now) {
  using alerts::delivery_attempt;
  const delivery_attempt attempt = alerts::judge_delivery(answer.status);
  if (attempt == delivery_attempt::taken)
    return {attempt, "the target answered " + std::to_string(answer.status), std::nullopt};
  std::string detail = alerts::advice_on(answer.status);
  if (const std::string said = excerpt(answer.body); !said.empty())
    detail += " (it says: " + said + ")";
  return {attempt, std::move(detail), parse_retry_after(answer.headers.find("Retry-After"), now)};
}

} // namespace spillway::wire
