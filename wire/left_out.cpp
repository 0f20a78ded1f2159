#include "wire/left_out.hpp"

#include "wire/foreign_fields.hpp"

#include <algorithm>
#include <array>

namespace spillway::wire {
namespace {

/// Of Anthropic's unmodelled fields those whose meaning is modelled too.
constexpr std::array<std::string_view, 3> said_otherwise = {"thinking", "output_config",
                                                            "anthropic-beta"};

bool holds_foreign_part(const chat_request& request, std::string_view dialect) {
  return std::ranges::any_of(request.messages, [&](const chat_message& m) {
    return std::ranges::any_of(m.parts, [&](const content_part& p) {
      return p.what == content_part::kind::foreign && p.name != dialect;
    });
  });
}

bool names_speakers(const chat_request& request) {
  return std::ranges::any_of(request.messages, [](const chat_message& m) {
    return m.role != chat_role::tool && !m.name.empty();
  });
}

void add_foreign_fields(const foreign_fields& fields, std::vector<std::string>& names) {
  const nlohmann::json members = members_of(fields);
  for (const auto& [name, value] : members.items())
    if (std::ranges::find(said_otherwise, name) == said_otherwise.end())
      names.push_back(name);
}

} // namespace

std::vector<std::string> left_out(const chat_request& request, const vocabulary& can) {
  std::vector<std::string> names;
  const auto add = [&](bool sayable, bool asked, const char* name) {
    if (asked && !sayable)
      names.emplace_back(name);
  };
  const double temperature = request.temperature.value_or(0);
  add(can.seed, request.seed.has_value(), "seed");
  add(can.stop, !request.stop.empty(), "stop");
  add(can.several, request.choices != 1, "n");
  add(can.sampling && temperature <= can.temperature_max, request.temperature.has_value(),
      "temperature");
  add(can.sampling, request.top_p.has_value(), "top_p");
  add(can.top_k, request.top_k.has_value(), "top_k");
  add(can.penalties, request.presence_penalty.value_or(0) != 0, "presence_penalty");
  add(can.penalties, request.frequency_penalty.value_or(0) != 0, "frequency_penalty");
  add(can.logprobs, request.logprobs.value_or(false), "logprobs");
  add(can.effort,
      request.effort.value_or(reasoning_effort::none) != reasoning_effort::none
          || request.reasoning_tokens_max.has_value(),
      "reasoning_effort");
  add(can.single_calls, !request.tools.empty() && request.parallel_tool_calls == false,
      "parallel_tool_calls");
  add(can.flex, request.tier == service_tier::flex, "service_tier");
  add(can.priority, request.tier == service_tier::priority, "service_tier");
  add(can.names, names_speakers(request), "messages.name");
  add(false, holds_foreign_part(request, can.dialect), "messages.content");
  if (request.foreign.dialect != can.dialect)
    add_foreign_fields(request.foreign, names);
  return names;
}

} // namespace spillway::wire
