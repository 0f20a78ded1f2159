#include "wire/gemini/embeddings.hpp"

#include "core/bounds.hpp"
#include "wire/gemini/field.hpp"
#include "wire/json_reader.hpp"

namespace spillway::wire::gemini {
namespace {

using nlohmann::json;

json encode_input(const embedding_input& input, const embedding_request& request,
                  const std::string& model) {
  json parts = json::array();
  if (input.tokens.empty())
    parts.push_back({{"text", input.text}});
  json out = {{"model", model}, {"content", {{"parts", std::move(parts)}}}};
  if (request.dimensions)
    out["outputDimensionality"] = *request.dimensions;
  if (!request.task.empty())
    out["taskType"] = request.task;
  return out;
}

/// What holds for all inputs stands with each of them.
void decode_input(const json_node& node, embedding_request& request) {
  refuse_unknown(node, {"model", "content", "outputDimensionality", "taskType", "title"});
  std::string text;
  for (const json_node& part : items(node["content"]["parts"]))
    text += part["text"].text();
  request.inputs.push_back({std::move(text), {}});
  request.dimensions = field(node, "outputDimensionality").integer();
  request.task = field(node, "taskType").text_or({});
}

std::vector<float> decode_vector(const json_node& values) {
  std::vector<float> vector;
  vector.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    vector.push_back(static_cast<float>(values[i].number().value_or(0)));
  if (vector.empty())
    values.reject("must hold at least one number");
  return vector;
}

} // namespace

std::string encode_embedding_request(const embedding_request& request, std::string_view model) {
  const std::string name = "models/" + std::string{model};
  json requests = json::array();
  for (const embedding_input& input : request.inputs)
    requests.push_back(encode_input(input, request, name));
  return dump_json({{"requests", std::move(requests)}});
}

result<embedding_request> decode_embedding_request(std::string_view body) {
  auto document = parse_json(body);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node root{*document, fault};
  embedding_request request;
  const json_node requests = root["requests"];
  if (requests.size() > bounds::embedding_inputs_max)
    requests.reject("holds more than " + std::to_string(bounds::embedding_inputs_max) + " inputs");
  else if (!requests.present())
    decode_input(root, request);
  for (std::size_t i = 0; i < requests.size() && !fault.found(); ++i)
    decode_input(requests[i], request);
  if (request.inputs.empty())
    requests.reject("must hold at least one input");
  if (fault.found())
    return fault.take();
  return request;
}

std::string encode_embedding_reply(const embedding_reply& reply, bool batch) {
  json vectors = json::array();
  for (const std::vector<float>& vector : reply.vectors)
    vectors.push_back({{"values", vector}});
  if (batch)
    return dump_json({{"embeddings", std::move(vectors)}});
  return dump_json({{"embedding", vectors.empty() ? json::object() : vectors.front()}});
}

result<embedding_reply> decode_embedding_reply(std::string_view body) {
  auto document = parse_json(body);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node root{*document, fault};
  embedding_reply reply;
  reply.usage.estimated = true;
  const json_node one = root["embedding"];
  const json_node many = root["embeddings"];
  if (one.present())
    reply.vectors.push_back(decode_vector(one["values"]));
  for (std::size_t i = 0; i < many.size() && !fault.found(); ++i)
    reply.vectors.push_back(decode_vector(many[i]["values"]));
  if (reply.vectors.empty())
    many.reject("must hold at least one vector");
  if (fault.found())
    return fault.take();
  return reply;
}

} // namespace spillway::wire::gemini
