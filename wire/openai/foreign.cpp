#include "wire/openai/foreign.hpp"

#include "wire/foreign_fields.hpp"

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
  if (fields.dialect != dialect)
    return;
  nlohmann::json members = members_of(fields);
  for (auto& [name, value] : members.items())
    if (!body.contains(name))
      body[name] = std::move(value);
}

} // namespace spillway::wire::openai
