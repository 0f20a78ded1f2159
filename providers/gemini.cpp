#include "providers/gemini.hpp"

#include "providers/failure.hpp"
#include "providers/gemini_failure.hpp"
#include "providers/stream_or_document.hpp"
#include "wire/gemini/chat_chunk.hpp"
#include "wire/gemini/chat_reply.hpp"
#include "wire/gemini/chat_request.hpp"
#include "wire/gemini/document_splitter.hpp"
#include "wire/gemini/embeddings.hpp"
#include "wire/gemini/model_traits.hpp"
#include "wire/left_out.hpp"
#include "wire/openai/error_body.hpp"

#include <array>
#include <utility>

namespace spillway::providers {
namespace {

constexpr std::array<gemini_profile, 2> profiles = {{
    {"gemini", "x-goog-api-key", "", "/models/", true},
    {"vertex", "Authorization", "Bearer ", "/publishers/google/models/", false},
}};

/// A name is part of a path, and no more: whatever could end the path is escaped.
std::string escaped(std::string_view name) {
  constexpr std::string_view plain = "-._~@/";
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (is_word || plain.find(c) != std::string_view::npos)
      out += c;
    else
      (out += '%').append({hex[byte >> 4], hex[byte & 15]});
  }
  return out;
}

class gemini_stream final : public stream_decoder {
public:
  gemini_stream(const secret& key, wall_time now) : key_{key}, now_{now} {}

  void feed(std::string_view bytes, std::vector<chat_delta>& deltas) override {
    splitter_.feed(bytes, documents_);
    take(deltas);
  }

  bool ended() const override { return reader_.ended() || splitter_.broken() || done_; }

  void flush(std::vector<chat_delta>& deltas) override {
    const bool had_ended = ended();
    splitter_.finish(documents_);
    take(deltas);
    // What its end closed and cannot be read was cut, as the stream was.
    is_cut_ = !had_ended && !reader_.malformed().empty();
  }

  received_reply finish() override {
    received_reply out;
    out.reply = reader_.take_reply();
    out.failure = failure(out.reply);
    return out;
  }

private:
  void take(std::vector<chat_delta>& deltas) {
    for (const std::string& document : documents_) {
      done_ = done_ || document == "[DONE]"; // of servers that imitate Gemini's
      if (!done_)
        reader_.take(document, deltas);
    }
    documents_.clear();
  }

  std::optional<call_failure> failure(const chat_reply& reply) const {
    if (!reader_.error_json().empty())
      return gemini_failure_of({200, {}, reader_.error_json()}, now_, key_);
    if (!reader_.malformed().empty() && !is_cut_)
      return malformed_reply(200, reader_.malformed());
    if (splitter_.broken())
      return malformed_reply(200, "an event of the stream is larger than any answer");
    if (is_cut_ || !reader_.is_whole())
      return call_failure{failure_kind::interrupted, 200, "the stream ended before its answer did",
                          std::nullopt};
    return gemini_failure_in(reply);
  }

  const secret& key_;
  wall_time now_;
  wire::gemini::document_splitter splitter_;
  wire::gemini::chunk_reader reader_;
  std::vector<std::string> documents_;
  bool done_ = false;
  bool is_cut_ = false;
};

} // namespace

std::optional<gemini_profile> find_gemini_profile(std::string_view dialect) {
  for (const gemini_profile& row : profiles)
    if (row.dialect == dialect)
      return row;
  return std::nullopt;
}

std::string gemini_dialects() {
  std::string names;
  for (const gemini_profile& row : profiles)
    names += (names.empty() ? "" : ", ") + std::string{row.dialect};
  return names;
}

gemini_codec::gemini_codec(options o) : options_{std::move(o)} {
}

wire::http_request gemini_codec::post(std::string_view model, std::string_view method,
                                      std::string body) const {
  wire::http_request request;
  request.method = "POST";
  // "models/M" and "tunedModels/M" are whole names already.
  const bool is_whole = model.find('/') != std::string_view::npos;
  request.target = options_.base_path
                   + (is_whole ? std::string{"/"} : std::string{options_.row.models_path})
                   + escaped(model) + ':' + std::string{method};
  request.headers.add("Content-Type", "application/json");
  request.headers.add("User-Agent", "spillway");
  if (!options_.key.empty())
    request.headers.add(std::string{options_.row.auth_header},
                        std::string{options_.row.auth_prefix} + options_.key.reveal());
  request.body = std::move(body);
  return request;
}

wire::http_request gemini_codec::encode(const upstream_call& call) const {
  wire::http_request request =
      post(call.model, call.stream ? "streamGenerateContent?alt=sse" : "generateContent",
           wire::gemini::encode_chat_request(call.request, call.model, call.output_max));
  request.headers.add("Accept", call.stream ? "text/event-stream" : "application/json");
  return request;
}

std::vector<std::string> gemini_codec::left_out(const upstream_call& call) const {
  wire::vocabulary can{.dialect = "gemini"};
  can.single_calls = can.names = false;
  can.effort = wire::gemini::traits_of(call.model).thinking
               != wire::gemini::thinking_control::none;
  return wire::left_out(call.request, can);
}

received_reply gemini_codec::decode_whole(const wire::http_response& response,
                                          wall_time now) const {
  if (response.status != 200)
    return no_answer(gemini_failure_of(response, now, options_.key));
  auto reply = wire::gemini::decode_chat_reply(response.body);
  if (!reply)
    return no_answer(wire::openai::carries_error(response.body)
                         ? gemini_failure_of(response, now, options_.key)
                         : malformed_reply(response.status, reply.failure().message));
  auto failure = gemini_failure_in(*reply);
  return {std::move(reply).value(), std::move(failure)};
}

std::unique_ptr<stream_decoder> gemini_codec::decode_stream(const wire::http_headers& head,
                                                            wall_time now) const {
  // Without alt=sse the vendor streams a JSON array, so only a page is no stream.
  return std::make_unique<stream_or_document>(*this, head, now, "<",
                                              std::make_unique<gemini_stream>(options_.key, now));
}

wire::http_request gemini_codec::encode_embedding(const embedding_call& call) const {
  return post(call.model, "batchEmbedContents",
              wire::gemini::encode_embedding_request(call.request, call.model));
}

std::variant<embedding_reply, call_failure>
gemini_codec::decode_embedding(const wire::http_response& response, wall_time now) const {
  if (response.status != 200)
    return gemini_failure_of(response, now, options_.key);
  auto reply = wire::gemini::decode_embedding_reply(response.body);
  if (!reply)
    return wire::openai::carries_error(response.body)
               ? gemini_failure_of(response, now, options_.key)
               : malformed_reply(response.status, reply.failure().message);
  return std::move(reply).value();
}

rate::observed_limits gemini_codec::observed_limits(const wire::http_response&) const {
  return {};
}

} // namespace spillway::providers
