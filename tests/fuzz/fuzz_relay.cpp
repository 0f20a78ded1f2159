// Whatever a provider streams, a caller of every API gets it whole: what is written for it reads as
// the same reply.
#include "gateway/api.hpp"
#include "providers/registry.hpp"
#include "tests/fuzz/target.hpp"
#include "wire/json_document.hpp"

#include <array>
#include <memory>

namespace {

using namespace spillway;

const providers::codec& speaker(std::string_view dialect) {
  static const std::array all = {*providers::make_codec("openai", {}, secret{"key"}),
                                 *providers::make_codec("anthropic", {}, secret{"key"}),
                                 *providers::make_codec("gemini", {}, secret{"key"})};
  return *all[dialect == "openai" ? 0 : dialect == "anthropic" ? 1 : 2];
}

struct streamed {
  std::vector<chat_delta> deltas;
  providers::received_reply end;
};

streamed read(const providers::codec& from, std::string_view body) {
  const auto decoder = from.decode_stream({}, {});
  streamed s;
  decoder->feed(body, s.deltas);
  decoder->flush(s.deltas);
  s.end = decoder->finish();
  return s;
}

/// As a caller of this API is told.
std::string written(const gateway::api& spoken, const streamed& s) {
  gateway::chat_call call;
  call.request.chat = std::make_shared<const chat_request>();
  call.stream = true;
  call.include_usage = true;
  const auto encoder = spoken.make_stream(call);
  std::string out;
  encoder->begin({spoken.name_of({}), "m", {}}, out);
  for (const chat_delta& d : s.deltas)
    encoder->add(d, out);
  if (!s.end.failure)
    encoder->end(s.end.reply, out);
  else
    encoder->fail(gateway::refusal{}, out);
  return out;
}

/// A refusal is a text like any other to callers of Anthropic's API.
std::string words_of(const chat_reply& reply) {
  return reply.message.text + reply.refusal;
}

void must_be_told(const chat_reply& first, const streamed& told) {
  const chat_reply& again = told.end.reply;
  fuzz::require(!told.end.failure);
  fuzz::require(words_of(again) == words_of(first));
  fuzz::require(again.message.tool_calls.size() == first.message.tool_calls.size());
  for (std::size_t i = 0; i < again.message.tool_calls.size(); ++i)
    fuzz::require(again.message.tool_calls[i].name == first.message.tool_calls[i].name);
}

/// Readers of an answer that began anew have been shown some of the one before.
bool begins_anew(std::string_view body) {
  const std::string_view start = "\"message_start\"";
  const std::size_t first = body.find(start);
  return first != std::string_view::npos && body.find(start, first + 1) != std::string_view::npos;
}

/// What Anthropic's API cannot say, pieces of calls in turns, breaks its stream.
void relay(std::string_view dialect, std::string_view body) {
  const streamed first = read(speaker(dialect), body);
  completion_reply m;
  m.reply = std::make_shared<const chat_reply>(first.end.reply);
  gateway::chat_call asked;
  asked.request.chat = std::make_shared<const chat_request>();
  for (const auto& [spoken, reader] :
       {std::pair{&gateway::chat_completions_api(), "openai"},
        {&gateway::responses_api(), "openai"},
        {&gateway::messages_api(), "anthropic"}}) {
    const streamed told = read(speaker(reader), written(*spoken, first));
    const bool may_break = spoken == &gateway::messages_api() && !m.reply->message.tool_calls.empty();
    if (!first.end.failure && !(told.end.failure && may_break))
      must_be_told(*m.reply, told);
    fuzz::require(wire::parse_json(spoken->encode(m, asked, {})).has_value());
  }
}

} // namespace

void spillway::fuzz::run(std::string_view input) {
  if (begins_anew(input))
    return;
  for (const char* dialect : {"openai", "anthropic", "gemini"})
    relay(dialect, input);
}
