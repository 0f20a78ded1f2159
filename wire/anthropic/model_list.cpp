#include "wire/anthropic/model_list.hpp"

#include "core/bounds.hpp"
#include "wire/json_reader.hpp"

namespace spillway::wire::anthropic {
namespace {

using nlohmann::json;

json count_or_null(std::optional<token_count> count) {
  return count ? json(count->value()) : json();
}

json id_or_null(const std::vector<listed_model>& models, std::size_t i) {
  return i < models.size() ? json(models[i].id) : json();
}

json encode_one(const listed_model& m) {
  return {{"type", "model"},
          {"id", m.id},
          {"display_name", m.display_name.empty() ? m.id : m.display_name},
          {"created_at", "1970-01-01T00:00:00Z"}, // what the vendor says if it does not know
          {"lifecycle", m.retired ? "retired" : "active"},
          {"max_input_tokens", count_or_null(m.input_max)},
          {"max_tokens", count_or_null(m.output_max)}};
}

/// Out of range is as good as not said.
std::optional<token_count> decode_count(const json_node& node) {
  const auto count = node.integer();
  if (!count || *count < 1 || *count > bounds::token_count_max)
    return std::nullopt;
  return token_count{*count};
}

} // namespace

std::string encode_model_list(const std::vector<listed_model>& models) {
  json list = json::array();
  for (const listed_model& m : models)
    list.push_back(encode_one(m));
  return dump_json({{"data", std::move(list)},
                    {"has_more", false},
                    {"first_id", id_or_null(models, 0)},
                    {"last_id", id_or_null(models, models.size() - 1)}});
}

std::string encode_model(const listed_model& model) {
  return dump_json(encode_one(model));
}

result<model_page> decode_model_list(std::string_view body) {
  auto document = parse_json(body);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node root{*document, fault};
  const json_node data = root["data"];
  if (!data.is_array())
    data.reject("must be an array");
  model_page page;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const json_node m = data[i];
    page.models.push_back({m["id"].text(), m["display_name"].text_or({}),
                           decode_count(m["max_input_tokens"]), decode_count(m["max_tokens"]),
                           m["lifecycle"].text_or({}) == "retired"});
  }
  if (root["has_more"].boolean().value_or(false))
    page.next_after = root["last_id"].text();
  if (fault.found())
    return fault.take();
  return page;
}

} // namespace spillway::wire::anthropic
