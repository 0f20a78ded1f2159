#include "wire/gemini/model_list.hpp"

#include "core/bounds.hpp"
#include "wire/json_reader.hpp"

namespace spillway::wire::gemini {
namespace {

using nlohmann::json;

constexpr std::string_view name_prefix = "models/";

json encode_model(const listed_model& m) {
  json out = {{"name", std::string{name_prefix} + m.name},
              {"displayName", m.display_name},
              {"inputTokenLimit", m.input_max.value()},
              {"outputTokenLimit", m.output_max.value()},
              {"supportedGenerationMethods", m.methods}};
  if (m.thinks)
    out["thinking"] = true;
  return out;
}

token_count decode_limit(const json_node& node) {
  const std::int64_t limit = node.integer().value_or(0);
  if (limit >= 0 && limit <= bounds::token_count_max)
    return token_count{limit};
  node.reject("must be a number of tokens");
  return {};
}

listed_model decode_model(const json_node& node) {
  listed_model m;
  m.name = node["name"].text();
  if (m.name.starts_with(name_prefix))
    m.name.erase(0, name_prefix.size());
  m.display_name = node["displayName"].text_or({});
  m.input_max = decode_limit(node["inputTokenLimit"]);
  m.output_max = decode_limit(node["outputTokenLimit"]);
  const json_node methods = node["supportedGenerationMethods"];
  for (std::size_t i = 0; i < methods.size(); ++i)
    m.methods.push_back(methods[i].text());
  m.thinks = node["thinking"].boolean().value_or(false);
  return m;
}

} // namespace

std::string encode_model_page(const model_page& page) {
  json models = json::array();
  for (const listed_model& m : page.models)
    models.push_back(encode_model(m));
  json out = {{"models", std::move(models)}};
  if (!page.next_page.empty())
    out["nextPageToken"] = page.next_page;
  return dump_json(out);
}

result<model_page> decode_model_page(std::string_view body) {
  auto document = parse_json(body);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node root{*document, fault};
  model_page page;
  const json_node models = root["models"];
  for (std::size_t i = 0; i < models.size(); ++i)
    page.models.push_back(decode_model(models[i]));
  page.next_page = root["nextPageToken"].text_or({});
  if (fault.found())
    return fault.take();
  return page;
}

} // namespace spillway::wire::gemini
