#pragma once

#include "core/chat.hpp"
#include "core/embedding.hpp"

#include <string>
#include <vector>

namespace spillway {

/// What a model is for. Only chat and embedding models are called; the others are in the catalog
/// for their prices.
enum class model_kind {
  chat,
  embedding,
  completion, ///< of plain text, as before chat
  image,
  video,
  speech,
  transcription,
  realtime,
  moderation,
};

/// Whether models of this kind are called at all.
bool is_called(model_kind kind) noexcept;

/// Something a prompt may hold.
enum class modality { text, image, audio, video, file };

/// A way to call a model.
enum class endpoint { chat, embeddings, responses };

/// What a model can do. What is not known rules nothing out: lists are empty, switches on.
struct capabilities {
  model_kind kind = model_kind::chat;
  std::vector<modality> input{};     ///< empty: not known
  std::vector<endpoint> endpoints{}; ///< empty: those of its kind
  bool tools = true;
  bool parallel_tools = true; ///< several calls in one turn
  bool json_schema = true;    ///< replies held to a schema
  bool temperature = true;    ///< other than its default
  bool reasoning = true;      ///< thinks before it answers
  bool several_answers = true; ///< to one request, where it has chat completions
  std::vector<reasoning_effort> efforts{}; ///< that it takes; empty: not known

  friend bool operator==(const capabilities&, const capabilities&) = default;
};

/// What `request` needs and a model of `can` lacks, for people: "takes no images". Empty if it can
/// serve it. Settings that a codec may leave out or round (temperature, effort) are no needs.
std::string lacking(const capabilities& can, const chat_request& request);
std::string lacking(const capabilities& can, const embedding_request& request);

/// Whether a chat goes to the vendor's newer API, because the model has no other.
bool speaks_responses_only(const capabilities& can);

const char* to_string(model_kind kind) noexcept;
const char* to_string(modality m) noexcept;
const char* to_string(endpoint e) noexcept;

} // namespace spillway
