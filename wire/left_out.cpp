#include "wire/left_out.hpp"

#include "core/bounds.hpp"
#include "wire/foreign_fields.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

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

/// Names unmodelled fields that do not go along, each once.
class missed_fields {
public:
  explicit missed_fields(const vocabulary& can) : can_{can} {}

  void look_at(const foreign_fields& fields, std::string_view at) {
    if (fields.json.empty())
      return;
    const bool is_own = fields.dialect == can_.dialect;
    const nlohmann::json members = members_of(fields);
    for (const auto& [name, value] : members.items())
      if (std::string path = foreign_path(at, name); !is_own || !can_.foreign.takes(path))
        add(std::move(path));
  }

  void look_at(const chat_message& message) {
    look_at(message.foreign, "messages");
    for (const content_part& part : message.parts)
      look_at(part.foreign, "messages.content");
    for (const tool_call& call : message.tool_calls)
      look_at(call.foreign, "messages.tool_calls");
  }

  std::vector<std::string> take() { return std::move(names_); }

private:
  void add(std::string path) {
    const bool is_said = std::ranges::find(said_otherwise, path) != said_otherwise.end()
                         || std::ranges::find(names_, path) != names_.end();
    if (is_said || bytes_ > bounds::left_out_bytes_max)
      return;
    bytes_ += path.size();
    names_.push_back(std::move(path));
  }

  const vocabulary& can_;
  std::vector<std::string> names_;
  std::size_t bytes_ = 0;
};

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
  missed_fields missed{can};
  missed.look_at(request.foreign, {});
  for (const chat_message& message : request.messages)
    missed.look_at(message);
  for (const tool_definition& tool : request.tools)
    missed.look_at(tool.foreign, "tools");
  std::ranges::move(missed.take(), std::back_inserter(names));
  return names;
}

} // namespace spillway::wire
