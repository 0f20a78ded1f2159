#include "wire/openai/embeddings.hpp"

#include "core/bounds.hpp"
#include "wire/json_reader.hpp"
#include "wire/metadata.hpp"
#include "wire/openai/usage.hpp"

#include <absl/strings/escaping.h>

#include <bit>
#include <cstring>
#include <utility>

namespace spillway::wire::openai {
namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little,
              "vectors travel as little-endian floats, which are copied as they are");

json encode_input(const embedding_input& input) {
  return input.tokens.empty() ? json(input.text) : json(input.tokens);
}

embedding_input decode_tokens(const json_node& list) {
  embedding_input input;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::int64_t token = list[i].integer().value_or(-1);
    if (token < 0 || token > INT32_MAX)
      list[i].reject("must be a token: a whole number from 0");
    input.tokens.push_back(static_cast<std::int32_t>(token));
  }
  if (input.tokens.empty())
    list.reject("must not be empty");
  return input;
}

/// A text, texts, tokens, or lists of tokens.
std::vector<embedding_input> decode_inputs(const json_node& node) {
  if (node.is_string())
    return {{node.text(), {}}};
  if (!node.is_array() || node.size() == 0) {
    node.reject("must be a string or a list that is not empty");
    return {};
  }
  if (!node[0].is_string() && !node[0].is_array())
    return {decode_tokens(node)};
  if (node.size() > bounds::embedding_inputs_max) {
    node.reject("must hold at most " + std::to_string(bounds::embedding_inputs_max) + " inputs");
    return {};
  }
  std::vector<embedding_input> inputs;
  for (std::size_t i = 0; i < node.size(); ++i)
    inputs.push_back(node[i].is_array() ? decode_tokens(node[i])
                                        : embedding_input{node[i].text(), {}});
  return inputs;
}

std::vector<float> decode_base64(const json_node& node) {
  std::string bytes;
  if (!absl::Base64Unescape(node.text(), &bytes) || bytes.size() % sizeof(float) != 0) {
    node.reject("must be base64 of 32-bit floats");
    return {};
  }
  std::vector<float> vector(bytes.size() / sizeof(float));
  std::memcpy(vector.data(), bytes.data(), bytes.size());
  return vector;
}

std::vector<float> decode_vector(const json_node& node) {
  if (node.is_string())
    return decode_base64(node);
  std::vector<float> vector;
  vector.reserve(node.size());
  for (std::size_t i = 0; i < node.size(); ++i)
    vector.push_back(static_cast<float>(node[i].number().value_or(0)));
  if (vector.empty())
    node.reject("must be a vector");
  return vector;
}

json encode_vector(const std::vector<float>& vector, bool base64) {
  if (!base64)
    return vector;
  return absl::Base64Escape(
      {reinterpret_cast<const char*>(vector.data()), vector.size() * sizeof(float)});
}

std::vector<std::vector<float>> decode_vectors(const json_node& list) {
  std::vector<std::vector<float>> vectors(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    const json_node entry = list[i];
    const std::int64_t index = entry["index"].integer().value_or(static_cast<std::int64_t>(i));
    if (index < 0 || static_cast<std::size_t>(index) >= vectors.size())
      entry["index"].reject("must be below the number of vectors");
    else
      vectors[static_cast<std::size_t>(index)] = decode_vector(entry["embedding"]);
  }
  for (const auto& vector : vectors)
    if (vector.empty())
      list.reject("must hold one vector for each index");
  return vectors;
}

token_usage decode_input_usage(const json& document) {
  json usage = document.value("usage", json::object());
  if (usage.is_object())
    usage["completion_tokens"] = 0;
  return decode_usage(usage);
}

} // namespace

std::string encode_embedding_request(const embedding_request& request, std::string_view model) {
  json out = {{"model", model}, {"encoding_format", "base64"}, {"input", json::array()}};
  for (const embedding_input& input : request.inputs)
    out["input"].push_back(encode_input(input));
  if (request.dimensions)
    out["dimensions"] = *request.dimensions;
  if (!request.user.empty())
    out["user"] = request.user;
  return dump_json(out);
}

result<decoded_embedding_request> decode_embedding_request(std::string_view body) {
  auto document = parse_json(body);
  if (!document)
    return document.failure();
  json_fault fault;
  fault.keep_track();
  const json_node root{*document, fault};
  if (!root.is_object())
    return error{"the request body must be a JSON object"};
  decoded_embedding_request decoded;
  decoded.model = root["model"].text();
  decoded.request.inputs = decode_inputs(root["input"]);
  decoded.request.dimensions = root["dimensions"].integer();
  decoded.request.user = root["user"].text_or({});
  const std::string format = root["encoding_format"].text_or("float");
  if (format != "float" && format != "base64")
    root["encoding_format"].reject("must be float or base64");
  if (decoded.request.dimensions.value_or(1) < 1)
    root["dimensions"].reject("must be a positive number");
  decoded.base64 = format == "base64";
  decoded.metadata = metadata_entries(*document);
  root["metadata"].pass_over();
  if (fault.found())
    return fault.take();
  decoded.unread = fault.unread(*document);
  return decoded;
}

std::string encode_embedding_reply(const embedding_reply& reply, bool base64) {
  json list = json::array();
  for (std::size_t i = 0; i < reply.vectors.size(); ++i)
    list.push_back({{"object", "embedding"},
                    {"index", i},
                    {"embedding", encode_vector(reply.vectors[i], base64)}});
  return dump_json({{"object", "list"},
                    {"data", std::move(list)},
                    {"model", reply.model_reported},
                    {"usage",
                     {{"prompt_tokens", reply.usage.input.value()},
                      {"total_tokens", reply.usage.total().value()}}}});
}

result<embedding_reply> decode_embedding_reply(std::string_view body) {
  auto document = parse_json(body);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node root{*document, fault};
  if (!root.is_object())
    return error{"the reply body must be a JSON object"};
  if (root["error"].present())
    return error{"the reply body holds an error"};
  embedding_reply reply;
  const json_node data = root["data"];
  if (!data.present())
    data.reject("is missing; expected a list of vectors");
  reply.vectors = decode_vectors(data);
  reply.model_reported = root["model"].text_or({});
  reply.usage = decode_input_usage(*document);
  if (fault.found())
    return fault.take();
  return reply;
}

} // namespace spillway::wire::openai
