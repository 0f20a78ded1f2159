#include "simulator/openai_chunks.hpp"

#include "simulator/token_size.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace spillway::simulator {
namespace {

using nlohmann::json;

std::string event(const json& data) {
  return "data: " + data.dump(-1, ' ', false, json::error_handler_t::replace) + "\n\n";
}

/// What comes in one chunk: about a token, cut between characters.
std::string_view take_piece(std::string_view& text) {
  std::size_t end = std::min<std::size_t>(bytes_per_token, text.size());
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    ++end;
  const std::string_view piece = text.substr(0, end);
  text.remove_prefix(end);
  return piece;
}

class chunk_writer {
public:
  chunk_writer(const chat_reply& said, wall_time created, bool include_usage)
      : base_{{"id", said.provider_request_id},
              {"object", "chat.completion.chunk"},
              {"created",
               std::chrono::floor<std::chrono::seconds>(created.time_since_epoch()).count()},
              {"model", said.model_reported},
              {"system_fingerprint", nullptr}} {
    if (include_usage)
      base_["usage"] = nullptr;
  }

  /// One answer, whole.
  void add_choice(int index, const chat_message& said, finish_reason finish) {
    choice_ = index;
    add({{"role", "assistant"}, {"content", ""}, {"refusal", nullptr}});
    add_text(said.text);
    for (std::size_t i = 0; i < said.tool_calls.size(); ++i)
      add_call(i, said.tool_calls[i]);
    add(json::object(), to_string(finish));
  }

  void add_usage(const token_usage& usage) {
    json chunk = base_;
    chunk["choices"] = json::array();
    chunk["usage"] = {{"prompt_tokens", usage.input.value()},
                      {"completion_tokens", usage.output.value()},
                      {"total_tokens", usage.total().value()},
                      {"prompt_tokens_details", {{"cached_tokens", usage.cached_input.value()}}},
                      {"completion_tokens_details",
                       {{"reasoning_tokens", usage.reasoning.value()}}}};
    events_.push_back(event(chunk));
  }

  std::vector<std::string> take() && {
    events_.push_back("data: [DONE]\n\n");
    return std::move(events_);
  }

private:
  void add(json delta, json finish = nullptr) {
    json chunk = base_;
    chunk["choices"] = json::array({{{"index", choice_},
                                     {"delta", std::move(delta)},
                                     {"logprobs", nullptr},
                                     {"finish_reason", std::move(finish)}}});
    events_.push_back(event(chunk));
  }

  void add_text(std::string_view text) {
    while (!text.empty())
      add({{"content", take_piece(text)}});
  }

  void add_call(std::size_t index, const tool_call& call) {
    add_call_piece({{"index", index},
                    {"id", call.id},
                    {"type", "function"},
                    {"function", {{"name", call.name}, {"arguments", ""}}}});
    for (std::string_view rest = call.arguments_json; !rest.empty();)
      add_call_piece({{"index", index}, {"function", {{"arguments", take_piece(rest)}}}});
  }

  void add_call_piece(json piece) {
    add({{"tool_calls", json::array({std::move(piece)})}});
  }

  json base_;
  int choice_ = 0;
  std::vector<std::string> events_;
};

} // namespace

std::vector<std::string> chat_chunks(const chat_reply& said, wall_time created,
                                     bool include_usage) {
  chunk_writer out{said, created, include_usage};
  out.add_choice(0, said.message, said.finish);
  for (std::size_t i = 0; i < said.alternatives.size(); ++i)
    out.add_choice(static_cast<int>(i) + 1, said.alternatives[i].message,
                   said.alternatives[i].finish);
  if (include_usage)
    out.add_usage(said.usage);
  return std::move(out).take();
}

std::string error_chunk() {
  return event({{"error",
                 {{"message",
                   "The server had an error while processing your request. Sorry about that!"},
                  {"type", "server_error"},
                  {"param", nullptr},
                  {"code", nullptr}}}});
}

} // namespace spillway::simulator
