#include "core/capabilities.hpp"

#include <algorithm>

namespace spillway {
namespace {

bool takes(const capabilities& can, modality m) {
  return can.input.empty() || std::ranges::count(can.input, m) != 0;
}

bool has(const capabilities& can, endpoint e) {
  return std::ranges::count(can.endpoints, e) != 0;
}

/// Chats go either way.
bool has_chat(const capabilities& can) {
  return can.endpoints.empty() || has(can, endpoint::chat) || has(can, endpoint::responses);
}

bool gives_several(const capabilities& can) {
  return can.several_answers && !speaks_responses_only(can);
}

bool holds(const chat_request& request, content_part::kind what) {
  const auto is_one = [what](const content_part& p) { return p.what == what; };
  return std::ranges::any_of(request.messages, [&](const chat_message& m) {
    return std::ranges::any_of(m.parts, is_one);
  });
}

} // namespace

bool is_called(model_kind kind) noexcept {
  return kind == model_kind::chat || kind == model_kind::embedding;
}

std::string lacking(const capabilities& can, const chat_request& request) {
  if (can.kind != model_kind::chat)
    return std::string{"is a model for "} + to_string(can.kind) + ", not for chat";
  if (!has_chat(can))
    return "has no chat completions";
  if (request.choices > 1 && !gives_several(can))
    return "gives one answer to a request, not " + std::to_string(request.choices);
  if (!request.tools.empty() && !can.tools)
    return "has no tools";
  if (!request.response_schema_json.empty() && !can.json_schema)
    return "cannot hold its reply to a JSON schema";
  if (!takes(can, modality::image) && holds(request, content_part::kind::image))
    return "takes no images";
  if (!takes(can, modality::audio) && holds(request, content_part::kind::audio))
    return "takes no audio";
  if (!takes(can, modality::file) && holds(request, content_part::kind::file))
    return "takes no files";
  return {};
}

std::string lacking(const capabilities& can, const embedding_request&) {
  if (can.kind != model_kind::embedding)
    return std::string{"is a model for "} + to_string(can.kind) + ", not for embeddings";
  return {};
}

bool speaks_responses_only(const capabilities& can) {
  return has(can, endpoint::responses) && !has(can, endpoint::chat);
}

const char* to_string(model_kind kind) noexcept {
  switch (kind) {
    case model_kind::chat: return "chat";
    case model_kind::embedding: return "embedding";
    case model_kind::completion: return "completion";
    case model_kind::image: return "image";
    case model_kind::video: return "video";
    case model_kind::speech: return "speech";
    case model_kind::transcription: return "transcription";
    case model_kind::realtime: return "realtime";
    case model_kind::moderation: return "moderation";
  }
  return "?";
}

const char* to_string(modality m) noexcept {
  switch (m) {
    case modality::text: return "text";
    case modality::image: return "image";
    case modality::audio: return "audio";
    case modality::video: return "video";
    case modality::file: return "file";
  }
  return "?";
}

const char* to_string(endpoint e) noexcept {
  switch (e) {
    case endpoint::chat: return "chat";
    case endpoint::embeddings: return "embeddings";
    case endpoint::responses: return "responses";
  }
  return "?";
}

} // namespace spillway
