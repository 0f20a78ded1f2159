#pragma once

#include "core/embedding.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>

/// The bodies of POST /models/M:batchEmbedContents, both ways, and of :embedContent, as far as they
/// differ.
/// Source: https://ai.google.dev/api/embeddings (2026-10).
namespace spillway::wire::gemini {

/// `model` is a bare name. Gemini takes no tokens: an input that is tokens has no content, and the
/// vendor refuses it.
std::string encode_embedding_request(const embedding_request& request, std::string_view model);

/// Reads either body. Errors: no JSON, or a field that is missing or of the wrong type, named by
/// its path; more inputs than `bounds::embedding_inputs_max`.
result<embedding_request> decode_embedding_request(std::string_view body);

/// `batch` false: of :embedContent, with the one vector.
std::string encode_embedding_reply(const embedding_reply& reply, bool batch);

/// Reads either body. Usage is `estimated`: the vendor tells none. Errors: as above; no vector.
result<embedding_reply> decode_embedding_reply(std::string_view body);

} // namespace spillway::wire::gemini
