#pragma once

#include "core/embedding.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The bodies of POST /embeddings, both ways.
/// Source: https://github.com/openai/openai-openapi 2.3.0 (2026-08-21).
namespace spillway::wire::openai {

/// Asks for base64, as the vendor's own SDKs do: a third of the bytes of decimal numbers.
std::string encode_embedding_request(const embedding_request& request, std::string_view model);

struct decoded_embedding_request {
  std::string model;
  embedding_request request;
  bool base64 = false; ///< how the vectors are wanted
  std::vector<std::pair<std::string, std::string>> metadata{}; ///< see `wire/metadata.hpp`
  std::vector<std::string> unread{}; ///< fields that are dropped
};

/// Errors: no JSON, or a field that is missing or of the wrong type, named by its path; more inputs
/// than `bounds::embedding_inputs_max`.
result<decoded_embedding_request> decode_embedding_request(std::string_view body);

std::string encode_embedding_reply(const embedding_reply& reply, bool base64);

/// Reads vectors in either notation and puts them into the order of their `index`.
/// Errors: as above; a vector missing.
result<embedding_reply> decode_embedding_reply(std::string_view body);

} // namespace spillway::wire::openai
