#pragma once

#include "agents/tool.hpp"

#include <string_view>
#include <vector>

namespace spillway::agents {

/// The tools an agent may use. Filled before the agent starts; afterwards only read, so that it may
/// be shared as far as the tools themselves allow.
class toolbox {
public:
  /// Errors: a name that vendors refuse (other than 1-64 of A-Z a-z 0-9 _ -) or that is taken, a
  /// schema that is not a JSON object, nothing to run.
  result<void> add(tool added);
  /// Adds all of them, or stops at the first that cannot be added.
  result<void> add(std::vector<tool> added);

  /// In the order they were added: a stable order lets vendors cache the prompt.
  std::vector<tool_definition> definitions() const;

  /// Runs one call. Whatever goes wrong (no such tool, arguments that are no JSON or do not fit the
  /// schema, an error or exception of the tool) becomes a text that tells the model what to mend.
  tool_result run(const tool_call& call) const;

private:
  const tool* find(std::string_view name) const noexcept;
  result<std::string> try_run(const tool_call& call) const;

  std::vector<tool> tools_;
};

} // namespace spillway::agents
