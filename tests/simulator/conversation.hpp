#pragma once

#include "core/chat.hpp"

#include <string>
#include <utility>
#include <vector>

namespace spillway::simulator::testing {

inline chat_message user(std::string text) {
  return {chat_role::user, std::move(text), {}, {}, {}};
}

inline chat_request question(std::string text) {
  chat_request request;
  request.messages = {{chat_role::system, "Be brief.", {}, {}, {}}, user(std::move(text))};
  return request;
}

inline tool_definition tool(std::string name, std::string properties, std::string required) {
  return {std::move(name), "",
          R"({"type":"object","properties":{)" + properties + R"(},"required":[)" + required
              + "]}"};
}

/// The three file tools as many agents have them.
inline std::vector<tool_definition> file_tools() {
  return {
      tool("list_files", R"("path":{"type":"string"})", ""),
      tool("read_file", R"("path":{"type":"string"})", R"("path")"),
      tool("search_files", R"("text":{"type":"string"},"path":{"type":"string"})", R"("text")")};
}

/// Appends an assistant turn with these calls and a result for each.
inline void answer_calls(chat_request& request, const std::vector<tool_call>& calls,
                         const std::vector<std::string>& results) {
  request.messages.push_back({chat_role::assistant, "", {}, calls, {}});
  for (std::size_t i = 0; i < calls.size(); ++i)
    request.messages.push_back({chat_role::tool, results.at(i), {}, {}, calls[i].id});
}

} // namespace spillway::simulator::testing
