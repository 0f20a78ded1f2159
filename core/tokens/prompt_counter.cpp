#include "core/tokens/prompt_counter.hpp"

#include "core/tokens/chat_framing.hpp"
#include "core/tokens/image_tokens.hpp"
#include "core/tokens/tool_text.hpp"

#include <algorithm>
#include <cmath>

namespace spillway::tokens {
namespace {

// For the worst case: vendors document 3-4 tokens a message and up to 12 a tool; these leave room
// for their drift.
constexpr std::int64_t ample_per_request = 16;
constexpr std::int64_t ample_per_message = 8;
constexpr std::int64_t ample_per_tool = 16;

// Audio is 32 tokens a second and a page of a file 258 at most: below a token per 4 bytes of their
// base64. Source: https://ai.google.dev/gemini-api/docs/tokens (2026-10).
constexpr std::int64_t media_bytes_per_token = 4;

// How far a model's weights may be from the start, and how wrong estimates are at first.
constexpr calibration::vector exact_weights = {1, 0};
constexpr calibration::vector exact_trust = {0.02, 1.5};
constexpr calibration::vector estimate_trust = {0.2, 0.1, 0.1, 0.2, 0.2, 0.1, 0.2, 0.2};
constexpr double deviation_verified = 0.004;
constexpr double deviation_unverified = 0.02;

std::int64_t ceil_tokens(double tokens) {
  return static_cast<std::int64_t>(std::ceil(std::max(tokens, 0.0)));
}

// Gathers a prompt's texts and what stands around them.
class measuring {
public:
  measuring(const model_entry& model, text_memo& memo)
      : model_{model}, by_{tokenizer_of(model.upstream_name)},
        framing_{framing_of(model.upstream_name)}, memo_{memo} {}

  void add(const chat_request& request) {
    fixed += framing_.per_request;
    ample_ += ample_per_request;
    bool padded = request.tools.empty();
    for (const chat_message& message : request.messages) {
      const bool pad = !padded && message.role == chat_role::system;
      add(message, pad);
      padded = padded || pad;
    }
    add_tools(request);
    add_text(request.response_schema_json);
  }

  std::int64_t fixed = 0;
  std::int64_t media = 0;
  std::int64_t media_most = 0;
  std::int64_t bytes = 0;
  std::int64_t messages = 0;
  std::int64_t exact = 0;
  text_features features;
  bool has_media = false;

  std::int64_t fixed_most() const { return std::max(fixed, ample_) + media_most; }

private:
  void add_text(std::string_view text) {
    if (text.empty())
      return;
    bytes += static_cast<std::int64_t>(text.size());
    if (by_.exact)
      exact += memo_.count(*by_.exact, text);
    else
      features += memo_.features(text);
  }

  void add(const chat_message& message, bool pad) {
    ++messages;
    fixed += framing_.per_message;
    ample_ += ample_per_message;
    add_text(to_string(message.role));
    if (pad) // OpenAI ends the first system message with a line break if there are tools.
      add_text(message.text + "\n");
    else
      add_text(message.text);
    for (const content_part& part : message.parts)
      add(part);
    for (const reasoning_block& block : message.reasoning) {
      add_text(block.text);
      add_text(block.redacted_data);
    }
    add_text(message.refusal);
    add_text(message.foreign.json);
    if (!message.name.empty()) {
      add_text(message.name);
      fixed += framing_.per_name;
      if (message.role == chat_role::tool)
        fixed += framing_.named_tool_result;
    }
    for (const tool_call& call : message.tool_calls) {
      fixed += framing_.per_tool_call;
      ample_ += ample_per_message;
      add_text(call.name);
      add_text(call.arguments_json);
    }
  }

  void add(const content_part& part) {
    add_text(part.text);
    add_text(part.foreign.json);
    if (part.what == content_part::kind::text)
      return;
    has_media = true;
    if (part.what == content_part::kind::image) {
      const image_tokens tokens = tokens_of_image(model_.upstream_name, part);
      media += tokens.likely;
      media_most += tokens.most;
      return;
    }
    const auto size = static_cast<std::int64_t>(part.data_base64.size()) / media_bytes_per_token;
    media += size;
    media_most += size;
  }

  void add_tools(const chat_request& request) {
    if (request.tools.empty())
      return;
    const auto count = static_cast<std::int64_t>(request.tools.size());
    fixed += framing_.tools + framing_.per_tool * count;
    ample_ += framing_.tools + std::max(framing_.per_tool, ample_per_tool) * count;
    if (std::ranges::any_of(request.messages,
                            [](const auto& m) { return m.role == chat_role::system; }))
      fixed += framing_.tools_beside_system;
    if (request.choice && request.choice->mode == tool_choice_mode::none)
      fixed += framing_.no_tool;
    if (request.choice && request.choice->mode == tool_choice_mode::named) {
      fixed += framing_.chosen_tool;
      add_text(request.choice->name);
    }
    for (const tool_definition& tool : request.tools)
      add_text(tool.foreign.json);
    if (framing_.style == tool_style::typescript)
      return add_text(typescript_of(request.tools));
    for (const tool_definition& tool : request.tools) {
      add_text(tool.name);
      add_text(tool.description);
      add_text(tool.parameters_json);
    }
  }

  const model_entry& model_;
  const tokenizer& by_;
  const chat_framing& framing_;
  text_memo& memo_;
  std::int64_t ample_ = 0;
};

} // namespace

prompt_counter::parts prompt_counter::measure(const model_entry& model,
                                              const chat_request& request) {
  measuring m{model, memo_};
  m.add(request);
  parts p;
  if (tokenizer_of(model.upstream_name).exact)
    p.features = {static_cast<double>(m.exact), static_cast<double>(m.messages)};
  else
    p.features = m.features.values();
  p.fixed = m.fixed + m.media;
  p.fixed_most = m.fixed_most();
  p.bytes = m.bytes;
  p.media = m.has_media;
  return p;
}

calibration& prompt_counter::calibration_of(const model_entry& model) {
  const auto it = calibrations_.find(model.id);
  if (it != calibrations_.end())
    return it->second;
  const tokenizer& by = tokenizer_of(model.upstream_name);
  const double framing_error =
      framing_of(model.upstream_name).verified ? deviation_verified : deviation_unverified;
  const calibration first = by.exact ? calibration{exact_weights, exact_trust, framing_error}
                                     : calibration{by.weights, estimate_trust, by.error_median};
  return calibrations_.emplace(model.id, first).first->second;
}

prompt_estimate prompt_counter::estimate(const model_entry& model, const chat_request& request) {
  const parts p = measure(model, request);
  const calibration& by = calibration_of(model);
  const double texts = by.estimate(p.features);
  const std::int64_t likely = std::max<std::int64_t>(ceil_tokens(texts) + p.fixed, 1);
  const std::int64_t limit = ceil_tokens(static_cast<double>(likely) * by.margin());
  const std::int64_t by_bytes = p.bytes + p.fixed_most;
  const bool exact = tokenizer_of(model.upstream_name).exact.has_value();
  const std::int64_t by_count = ceil_tokens(std::max(texts, p.features[0])) + p.fixed_most;
  const std::int64_t most = exact ? std::min(std::max(by_count, limit), by_bytes) : by_bytes;
  return {token_count{likely}, token_count{limit}, token_count{std::max(most, likely)}};
}

void prompt_counter::learn(const model_entry& model, const chat_request& request,
                           token_count input) {
  const parts p = measure(model, request);
  if (!p.media)
    calibration_of(model).learn(p.features, input.value() - p.fixed);
}

std::vector<calibration_row> prompt_counter::calibrations() const {
  std::vector<calibration_row> out;
  for (const auto& [id, c] : calibrations_)
    if (c.samples() > 0)
      out.push_back({id, c.samples(), c.deviation(), c.drift()});
  return out;
}

token_count reply_tokens(const model_entry& model, const chat_message& answer) {
  text_memo no_memo{0};
  measuring m{model, no_memo};
  chat_request request;
  request.messages.push_back(answer);
  m.add(request);
  const tokenizer& by = tokenizer_of(model.upstream_name);
  const double texts = by.exact ? static_cast<double>(m.exact) : estimated_tokens(by, m.features);
  // Without the framing of a prompt, and without the word for its role.
  return token_count{std::max<std::int64_t>(ceil_tokens(texts) - 1, 0)};
}

} // namespace spillway::tokens
