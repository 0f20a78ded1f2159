#pragma once

#include "core/chat.hpp"
#include "core/result.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace spillway::agents {

/// A function offered to a model: what it is called and takes, and what runs.
struct tool {
  tool_definition definition;
  /// Runs one call. `arguments_json` is a JSON object that satisfies the definition's schema (as
  /// far as `check_arguments` goes). The text of the result or of the error is shown to the model.
  /// May block; called from one thread at a time unless several agents share the tool.
  std::function<result<std::string>(std::string_view arguments_json)> run;
};

/// What a tool call brought, as the model will read it. Valid UTF-8 and never longer than
/// `bounds::tool_result_bytes_max`. A failed call's text begins with "error: ".
struct tool_result {
  std::string text;
  bool failed = false;
};

} // namespace spillway::agents
