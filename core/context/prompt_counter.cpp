#include "core/context/prompt_counter.hpp"

#include "core/tokens/bpe.hpp"

#include <algorithm>
#include <cmath>

namespace spillway::context {
namespace {

// The most that OpenAI's, Anthropic's and Google's models are known to add; see core/tokens.
constexpr std::int64_t framing_per_message = 6;
constexpr std::int64_t framing_per_tool = 16;
constexpr std::int64_t framing_per_request = 16;
constexpr std::int64_t tokens_per_image = 1'105;
constexpr std::int64_t bytes_per_token_of_data = 4;

constexpr tokens::encoding ruler = tokens::encoding::o200k_base;

} // namespace

prompt_counter::prompt_counter(std::string_view upstream_model)
    : by_{tokens::tokenizer_of(upstream_model)} {
}

std::int64_t prompt_counter::tokens(std::string_view text) const {
  if (by_.exact)
    return tokens::count(*by_.exact, text);
  return static_cast<std::int64_t>(
      std::ceil(tokens::estimated_tokens(by_, tokens::features_of(text))));
}

std::int64_t prompt_counter::tokens(const chat_message& message) const {
  std::int64_t sum = framing_per_message + tokens(message.text) + tokens(message.name);
  for (const content_part& part : message.parts) {
    sum += tokens(part.text);
    if (part.what == content_part::kind::image)
      sum += tokens_per_image;
    else
      sum += static_cast<std::int64_t>(part.data_base64.size()) / bytes_per_token_of_data;
  }
  for (const reasoning_block& block : message.reasoning)
    sum += tokens(block.text);
  for (const tool_call& call : message.tool_calls)
    sum += framing_per_message + tokens(call.name) + tokens(call.arguments_json);
  return sum;
}

std::int64_t prompt_counter::overhead(const chat_request& request) const {
  std::int64_t sum = framing_per_request + tokens(request.response_schema_json);
  for (const tool_definition& tool : request.tools)
    sum += framing_per_tool + tokens(tool.name) + tokens(tool.description)
           + tokens(tool.parameters_json);
  return sum;
}

std::int64_t prompt_counter::tokens(const chat_request& request) const {
  std::int64_t sum = overhead(request);
  for (const chat_message& message : request.messages)
    sum += tokens(message);
  return sum;
}

std::string_view prompt_counter::head(std::string_view text, std::int64_t most) const {
  return by_.exact ? tokens::truncate_head(*by_.exact, text, most) : shrink(text, most, true);
}

std::string_view prompt_counter::tail(std::string_view text, std::int64_t most) const {
  return by_.exact ? tokens::truncate_tail(*by_.exact, text, most) : shrink(text, most, false);
}

/// Where only an estimate is to be had, o200k's cuts are taken, at a length that the estimate is
/// content with.
std::string_view prompt_counter::shrink(std::string_view text, std::int64_t most,
                                        bool from_start) const {
  std::string_view kept = text;
  std::int64_t ruled = most;
  while (!kept.empty() && tokens(kept) > most) {
    kept = from_start ? tokens::truncate_head(ruler, text, ruled)
                      : tokens::truncate_tail(ruler, text, ruled);
    ruled = ruled - std::max<std::int64_t>(ruled / 16, 1);
    if (ruled <= 0)
      return {};
  }
  return kept;
}

} // namespace spillway::context
