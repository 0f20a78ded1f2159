#include "core/routing/suited.hpp"

#include "core/assert.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace spillway::routing {
namespace {

bool asks_to_think(const chat_request& request) {
  return request.effort || request.reasoning_tokens_max || request.show_reasoning;
}

/// Requires: `taken` is not empty.
reasoning_effort nearest(const std::vector<reasoning_effort>& taken, reasoning_effort wanted) {
  const auto level = [](reasoning_effort e) { return static_cast<int>(e); };
  return *std::ranges::min_element(taken, [&](reasoning_effort a, reasoning_effort b) {
    const int far_a = std::abs(level(a) - level(wanted));
    const int far_b = std::abs(level(b) - level(wanted));
    return far_a != far_b ? far_a < far_b : level(a) > level(b);
  });
}

void suit_thinking(const capabilities& can, chat_request& request) {
  if (!can.reasoning) {
    request.effort.reset();
    request.reasoning_tokens_max.reset();
    request.show_reasoning = false;
  } else if (request.effort && !can.efforts.empty()) {
    request.effort = nearest(can.efforts, *request.effort);
  }
}

/// Models that refuse it while they think take it when told not to.
void suit_sampling(const capabilities& can, chat_request& request) {
  if (can.temperature || request.effort == reasoning_effort::none)
    return;
  request.temperature.reset();
  request.top_p.reset();
}

} // namespace

std::shared_ptr<const chat_request> suited(const capabilities& can,
                                           std::shared_ptr<const chat_request> request) {
  SPILLWAY_ASSERT(request != nullptr);
  const bool takes_thinking = can.reasoning && can.efforts.empty();
  const bool samples = request->temperature || request->top_p;
  if ((takes_thinking || !asks_to_think(*request)) && (can.temperature || !samples))
    return request;
  chat_request changed = *request;
  suit_thinking(can, changed);
  suit_sampling(can, changed);
  if (changed == *request)
    return request;
  return std::make_shared<const chat_request>(std::move(changed));
}

std::vector<std::string> unsuited(const capabilities& can, const chat_request& request) {
  std::vector<std::string> names;
  const bool wants_thoughts =
      request.effort.value_or(reasoning_effort::none) != reasoning_effort::none
      || request.reasoning_tokens_max;
  if (!can.reasoning && wants_thoughts)
    names.emplace_back("reasoning_effort");
  if (can.temperature || request.effort == reasoning_effort::none)
    return names;
  if (request.temperature)
    names.emplace_back("temperature");
  if (request.top_p)
    names.emplace_back("top_p");
  return names;
}

} // namespace spillway::routing
