#include "bench/wire/bodies.hpp"

#include <nlohmann/json.hpp>

namespace spillway::bench {
namespace {

using nlohmann::json;

/// Text as models write it: words, line ends, quotes, some letters beyond ASCII.
std::string prose(std::size_t bytes) {
  constexpr std::string_view sentence =
      "The gate opens when the reservoir rises above its \"crest\"; a na\u00efve design floods.\n";
  std::string text;
  while (text.size() < bytes)
    text += sentence;
  return text;
}

json openai_reply(const std::string& text) {
  return {{"id", "chatcmpl-1"},
          {"object", "chat.completion"},
          {"created", 1'795'478'400},
          {"model", "gpt-4o-2024-08-06"},
          {"choices",
           {{{"index", 0},
             {"message", {{"role", "assistant"}, {"content", text}, {"refusal", nullptr}}},
             {"logprobs", nullptr},
             {"finish_reason", "stop"}}}},
          {"usage",
           {{"prompt_tokens", 500}, {"completion_tokens", 500}, {"total_tokens", 1000}}}};
}

json anthropic_reply(const std::string& text) {
  return {{"id", "msg_1"},
          {"type", "message"},
          {"role", "assistant"},
          {"model", "claude-sonnet-4-5"},
          {"content", {{{"type", "text"}, {"text", text}}}},
          {"stop_reason", "end_turn"},
          {"usage", {{"input_tokens", 500}, {"output_tokens", 500}}}};
}

json gemini_reply(const std::string& text, bool last) {
  json candidate = {{"content", {{"role", "model"}, {"parts", {{{"text", text}}}}}}, {"index", 0}};
  if (last)
    candidate["finishReason"] = "STOP";
  return {{"candidates", json::array({candidate})},
          {"modelVersion", "gemini-2.5-flash"},
          {"usageMetadata",
           {{"promptTokenCount", 500}, {"candidatesTokenCount", 500}, {"totalTokenCount", 1000}}}};
}

json openai_chunk(json delta, json finish) {
  return {{"id", "chatcmpl-DQcd8iR3VKnlPcAmoslfFgJtCAXDn"},
          {"object", "chat.completion.chunk"},
          {"created", 1'795'478'400},
          {"model", "gpt-4o-2024-08-06"},
          {"service_tier", "default"},
          {"system_fingerprint", "fp_a288987b44"},
          {"choices",
           {{{"index", 0},
             {"delta", std::move(delta)},
             {"logprobs", nullptr},
             {"finish_reason", std::move(finish)}}}},
          {"usage", nullptr}};
}

void add(std::string& stream, const json& data, const char* name = nullptr) {
  if (name)
    stream.append("event: ").append(name).append("\n");
  stream.append("data: ").append(data.dump()).append("\n\n");
}

std::string openai_stream(std::size_t chunks) {
  std::string out;
  for (std::size_t i = 0; i < chunks; ++i)
    add(out, openai_chunk({{"content", " word"}}, nullptr));
  add(out, openai_chunk(json::object(), "stop"));
  return out + "data: [DONE]\n\n";
}

std::string anthropic_stream(std::size_t chunks) {
  std::string out;
  json begun = anthropic_reply("");
  begun["content"] = json::array();
  add(out, {{"type", "message_start"}, {"message", begun}}, "message_start");
  add(out,
      {{"type", "content_block_start"},
       {"index", 0},
       {"content_block", {{"type", "text"}, {"text", ""}}}},
      "content_block_start");
  for (std::size_t i = 0; i < chunks; ++i)
    add(out,
        {{"type", "content_block_delta"},
         {"index", 0},
         {"delta", {{"type", "text_delta"}, {"text", " word"}}}},
        "content_block_delta");
  add(out, {{"type", "content_block_stop"}, {"index", 0}}, "content_block_stop");
  add(out,
      {{"type", "message_delta"},
       {"delta", {{"stop_reason", "end_turn"}}},
       {"usage", {{"output_tokens", chunks}}}},
      "message_delta");
  add(out, {{"type", "message_stop"}}, "message_stop");
  return out;
}

std::string gemini_stream(std::size_t chunks) {
  std::string out;
  for (std::size_t i = 0; i < chunks; ++i)
    add(out, gemini_reply(" word", i + 1 == chunks));
  return out;
}

} // namespace

chat_request conversation(std::size_t bytes) {
  chat_request request;
  request.messages.push_back({chat_role::system, prose(200), "", {}, ""});
  for (int turn = 0; turn < 3; ++turn) {
    request.messages.push_back({chat_role::user, prose(bytes / 6), "", {}, ""});
    request.messages.push_back({chat_role::assistant, prose(bytes / 6), "", {}, ""});
  }
  request.messages.push_back({chat_role::user, "Go on.", "", {}, ""});
  request.tools.push_back(
      {"read_file", "Reads a file",
       R"({"type":"object","properties":{"path":{"type":"string"}},"required":["path"]})"});
  request.temperature = 0.5;
  return request;
}

std::string reply_body(std::string_view dialect, std::size_t bytes) {
  const std::string text = prose(bytes);
  if (dialect == "anthropic")
    return anthropic_reply(text).dump();
  return dialect == "gemini" ? gemini_reply(text, true).dump() : openai_reply(text).dump();
}

std::string stream_body(std::string_view dialect, std::size_t chunks) {
  if (dialect == "anthropic")
    return anthropic_stream(chunks);
  return dialect == "gemini" ? gemini_stream(chunks) : openai_stream(chunks);
}

} // namespace spillway::bench
