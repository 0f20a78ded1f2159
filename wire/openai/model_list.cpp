#include "wire/openai/model_list.hpp"

#include "wire/json_reader.hpp"

namespace spillway::wire::openai {

namespace {

nlohmann::json encode_one(const listed_model& m) {
  return {{"id", m.id}, {"object", "model"}, {"created", 0}, {"owned_by", m.owner}};
}

} // namespace

std::string encode_model(const listed_model& model) {
  return dump_json(encode_one(model));
}

std::string encode_model_list(const std::vector<listed_model>& models) {
  nlohmann::json list = nlohmann::json::array();
  for (const listed_model& m : models)
    list.push_back(encode_one(m));
  return dump_json({{"object", "list"}, {"data", std::move(list)}});
}

result<std::vector<listed_model>> decode_model_list(std::string_view body) {
  auto document = parse_reply_json(body);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node root{*document, fault};
  const json_node data = root["data"];
  if (!data.present())
    data.reject("is missing; expected a list of models");
  std::vector<listed_model> models;
  for (std::size_t i = 0; i < data.size(); ++i)
    models.push_back({data[i]["id"].text(), data[i]["owned_by"].text_or({})});
  if (fault.found())
    return fault.take();
  return models;
}

} // namespace spillway::wire::openai
