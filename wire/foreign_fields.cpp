#include "wire/foreign_fields.hpp"

#include <utility>

namespace spillway::wire {

nlohmann::json members_of(const foreign_fields& fields) {
  if (fields.json.empty())
    return nlohmann::json::object();
  auto parsed = parse_json(fields.json);
  return parsed && parsed->is_object() ? std::move(parsed).value() : nlohmann::json::object();
}

} // namespace spillway::wire
