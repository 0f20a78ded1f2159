#include "wire/openai/model_list.hpp"

#include "wire/json_reader.hpp"

namespace spillway::wire::openai {

std::string encode_model_list(const std::vector<listed_model>& models) {
  nlohmann::json list = nlohmann::json::array();
  for (const listed_model& m : models)
    list.push_back({{"id", m.id}, {"object", "model"}, {"created", 0}, {"owned_by", m.owner}});
  return dump_json({{"object", "list"}, {"data", std::move(list)}});
}

} // namespace spillway::wire::openai
