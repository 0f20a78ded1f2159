#include "wire/openai/error_event.hpp"

namespace spillway::wire::openai {
namespace {

using nlohmann::json;

const json* member(const json& object, const char* name) {
  const auto it = object.find(name); // of what is no object: nothing
  return it == object.end() || it->is_null() ? nullptr : &*it;
}

bool says(const json& object, const char* name, const char* value) {
  const json* found = member(object, name);
  return found && *found == value;
}

} // namespace

std::string error_in(const sse_event& event, const json& document) {
  if (member(document, "error"))
    return dump_json(document);
  if (event.name == "error" || says(document, "object", "error") || says(document, "type", "error"))
    return dump_json({{"error", document}});
  if (const json* choices = member(document, "choices"); choices && choices->is_array())
    for (const json& choice : *choices)
      if (member(choice, "error"))
        return dump_json(choice);
  return {};
}

} // namespace spillway::wire::openai
