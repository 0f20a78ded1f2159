#include "wire/metadata.hpp"

namespace spillway::wire {

std::vector<std::pair<std::string, std::string>> metadata_entries(const nlohmann::json& body) {
  std::vector<std::pair<std::string, std::string>> entries;
  const auto object = body.find("metadata");
  if (object == body.end() || !object->is_object())
    return entries;
  for (const auto& [name, value] : object->items()) {
    if (value.is_string())
      entries.emplace_back(name, value.get<std::string>());
    else if (value.is_number() || value.is_boolean())
      entries.emplace_back(name, dump_json(value));
  }
  return entries;
}

} // namespace spillway::wire
