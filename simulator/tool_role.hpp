#pragma once

#include "core/chat.hpp"

#include <string>
#include <string_view>

namespace spillway::simulator {

/// What a tool seems to be for, judged by its name.
enum class tool_role { list, read, search, other };

tool_role role_of(std::string_view tool_name);

/// True for names of properties that hold a file or folder: "path", "file_name", "directory".
bool names_a_path(std::string_view property);
/// True for names of properties that hold what is looked for: "text", "query", "regex".
bool names_a_search_text(std::string_view property);

/// The first string among the arguments of a call whose property satisfies `wanted`; empty if there
/// is none or the arguments are not a JSON object.
std::string argument_of(const tool_call& call, bool (*wanted)(std::string_view property));

} // namespace spillway::simulator
