#include "wire/openai/foreign.hpp"

#include <iterator>

namespace spillway::wire::openai {

foreign_fields take_foreign(nlohmann::json& body, std::string_view dialect,
                            std::span<const char* const> modelled) {
  for (const char* name : modelled)
    body.erase(name);
  for (auto field = body.begin(); field != body.end();)
    field = field->is_null() ? body.erase(field) : std::next(field);
  if (body.empty())
    return {};
  return {std::string{dialect}, dump_json(body)};
}

void add_foreign(const foreign_fields& fields, std::string_view dialect, nlohmann::json& body) {
  if (fields.json.empty() || fields.dialect != dialect)
    return;
  auto parsed = parse_json(fields.json);
  if (!parsed || !parsed->is_object())
    return;
  for (auto& [name, value] : parsed->items())
    if (!body.contains(name))
      body[name] = std::move(value);
}

} // namespace spillway::wire::openai
