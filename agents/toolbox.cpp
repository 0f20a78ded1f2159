#include "agents/toolbox.hpp"

#include "agents/argument_check.hpp"
#include "agents/result_text.hpp"
#include "core/bounds.hpp"

#include <algorithm>
#include <cctype>
#include <exception>

namespace spillway::agents {
namespace {

bool is_valid_name(std::string_view name) noexcept {
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, allowed);
}

tool_result failed(std::string_view why) {
  return {bounded_text("error: " + std::string{why}, bounds::tool_result_bytes_max), true};
}

} // namespace

result<void> toolbox::add(tool added) {
  const tool_definition& d = added.definition;
  if (!is_valid_name(d.name))
    return error{"tool name '" + d.name + "' must be 1-64 letters, digits, '_' or '-'"};
  if (find(d.name))
    return error{"tool '" + d.name + "' is already in the toolbox; rename one of the two"};
  if (!is_schema(d.parameters_json))
    return error{"tool '" + d.name + "': parameters_json must be a JSON object or empty"};
  if (!added.run)
    return error{"tool '" + d.name + "' has no function to run"};
  tools_.push_back(std::move(added));
  return {};
}

result<void> toolbox::add(std::vector<tool> added) {
  for (tool& one : added)
    if (auto done = add(std::move(one)); !done)
      return done;
  return {};
}

std::vector<tool_definition> toolbox::definitions() const {
  std::vector<tool_definition> all;
  all.reserve(tools_.size());
  for (const tool& t : tools_)
    all.push_back(t.definition);
  return all;
}

const tool* toolbox::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(
      tools_, name, [](const tool& t) { return std::string_view{t.definition.name}; });
  return found == tools_.end() ? nullptr : &*found;
}

result<std::string> toolbox::try_run(const tool_call& call) const {
  const tool* wanted = find(call.name);
  if (!wanted) {
    std::string known;
    for (const tool& t : tools_)
      known += (known.empty() ? "" : ", ") + t.definition.name;
    return error{"there is no tool '" + call.name + "'; the tools are: " + known};
  }
  // Vendors send an empty string for a call without arguments.
  const std::string_view sent = call.arguments_json;
  const std::string_view arguments = sent.empty() ? "{}" : sent;
  if (auto fits = check_arguments(arguments, wanted->definition.parameters_json); !fits)
    return error{"tool '" + call.name + "': " + fits.failure().message};
  return wanted->run(arguments);
}

tool_result toolbox::run(const tool_call& call) const {
  // A tool is foreign code: its exception is the model's problem, not the end of the agent.
  try {
    auto outcome = try_run(call);
    if (!outcome)
      return failed(outcome.failure().message);
    return {bounded_text(*outcome, bounds::tool_result_bytes_max), false};
  } catch (const std::exception& thrown) {
    return failed("tool '" + call.name + "' broke: " + thrown.what());
  }
}

} // namespace spillway::agents
