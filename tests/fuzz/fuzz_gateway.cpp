// A caller of any API may send anything in headers and body: it is refused with a reason, or every
// provider can be asked, whatever its dialect.
#include "core/bounds.hpp"
#include "gateway/api.hpp"
#include "providers/registry.hpp"
#include "tests/fuzz/target.hpp"
#include "wire/json_document.hpp"

#include <array>
#include <memory>

namespace {

using namespace spillway;

struct upstream {
  std::shared_ptr<const providers::codec> speaks;
  std::string model;
};

const std::vector<upstream>& upstreams() {
  static const std::vector<upstream> all = [] {
    std::vector<upstream> made;
    for (const auto& [dialect, model] : {std::pair{"openai", "gpt-4o"},
                                         {"openai", "gpt-5.6-sol"},
                                         {"openai", "gpt-5-codex"},
                                         {"anthropic", "claude-3-5-haiku-20241022"},
                                         {"anthropic", "claude-opus-5"},
                                         {"gemini", "gemini-2.5-pro"},
                                         {"gemini", "gemini-3.5-flash"},
                                         {"deepseek", "deepseek-chat"},
                                         {"mistral", "mistral-large-latest"},
                                         {"openrouter", "openai/gpt-4o"}})
      made.push_back({*providers::make_codec(dialect, "/v1", secret{"key"}), model});
    return made;
  }();
  return all;
}

/// Fields, a blank line, the body; without fields all of it is the body.
wire::http_request request_of(std::string_view input) {
  wire::http_request request{"POST", "/", {}, {}};
  while (input.starts_with("x-spillway-") || input.starts_with("traceparent:")
         || input.starts_with("anthropic-beta:")) {
    const std::string_view line = input.substr(0, input.find('\n'));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos)
      break;
    request.headers.add(std::string{line.substr(0, colon)}, std::string{line.substr(colon + 1)});
    input.remove_prefix(std::min(line.size() + 1, input.size()));
  }
  request.body = input;
  return request;
}

void ask_all(const chat_request& chat) {
  for (const upstream& u : upstreams())
    for (const bool stream : {false, true}) {
      const auto asked = u.speaks->encode({chat, u.model, token_count{100}, stream, {}});
      fuzz::require(wire::parse_json(asked.body).has_value());
    }
}

void embed(const embedding_request& wanted) {
  for (const upstream& u : upstreams())
    if (u.speaks->embeds())
      fuzz::require(wire::parse_json(u.speaks->encode_embedding({wanted, u.model}).body).has_value());
}

} // namespace

void spillway::fuzz::run(std::string_view input) {
  const wire::http_request request = request_of(input);
  for (const gateway::api* spoken :
       {&gateway::chat_completions_api(), &gateway::responses_api(), &gateway::messages_api(),
        &gateway::embeddings_api()}) {
    const auto call = spoken->read(request);
    if (!call) {
      require(!call.failure().message.empty());
      continue;
    }
    if (call->request.chat)
      ask_all(*call->request.chat);
    else
      embed(*call->request.embedding);
  }
}
