#include "core/context/prompt_ruler.hpp"

#include "core/tokens/bpe.hpp"
#include "core/tokens/image_tokens.hpp"

#include <algorithm>
#include <cmath>

namespace spillway::context {
namespace {

// The most that OpenAI's, Anthropic's and Google's models are known to add; see core/tokens.
constexpr std::int64_t framing_per_message = 6;
constexpr std::int64_t framing_per_tool = 16;
constexpr std::int64_t framing_per_request = 16;
constexpr std::int64_t bytes_per_token_of_data = 4;

} // namespace

prompt_ruler::prompt_ruler(std::string_view upstream_model, double scale)
    : model_{upstream_model}, by_{tokens::tokenizer_of(upstream_model)}, scale_{scale} {
}

std::int64_t prompt_ruler::tokens(std::string_view text) const {
  const double counted = by_.exact
                             ? static_cast<double>(tokens::count(*by_.exact, text))
                             : tokens::estimated_tokens(by_, tokens::features_of(text));
  return static_cast<std::int64_t>(std::ceil(counted * scale_));
}

std::int64_t prompt_ruler::tokens(const chat_message& message) const {
  std::int64_t sum = framing_per_message + tokens(message.text) + tokens(message.name)
                     + tokens(message.foreign.json);
  for (const content_part& part : message.parts) {
    sum += tokens(part.text) + tokens(part.foreign.json);
    if (part.what == content_part::kind::image)
      sum += tokens::tokens_of_image(model_, part).likely;
    else
      sum += static_cast<std::int64_t>(part.data_base64.size()) / bytes_per_token_of_data;
  }
  for (const reasoning_block& block : message.reasoning)
    sum += tokens(block.text);
  for (const tool_call& call : message.tool_calls)
    sum += framing_per_message + tokens(call.name) + tokens(call.arguments_json);
  return sum;
}

std::int64_t prompt_ruler::overhead(const chat_request& request) const {
  std::int64_t sum = framing_per_request + tokens(request.response_schema_json);
  for (const tool_definition& tool : request.tools)
    sum += framing_per_tool + tokens(tool.name) + tokens(tool.description)
           + tokens(tool.parameters_json) + tokens(tool.foreign.json);
  return sum;
}

std::int64_t prompt_ruler::tokens(const chat_request& request) const {
  std::int64_t sum = overhead(request);
  for (const chat_message& message : request.messages)
    sum += tokens(message);
  return sum;
}

std::string_view prompt_ruler::head(std::string_view text, std::int64_t most) const {
  return shrink(text, most, true);
}

std::string_view prompt_ruler::tail(std::string_view text, std::int64_t most) const {
  return shrink(text, most, false);
}

/// Where only an estimate is to be had, o200k's cuts are taken. Either way at a length that the
/// scaled count is content with.
std::string_view prompt_ruler::shrink(std::string_view text, std::int64_t most,
                                      bool from_start) const {
  const tokens::encoding by = by_.exact.value_or(tokens::encoding::o200k_base);
  const auto cut = [&](std::int64_t to) {
    return from_start ? tokens::truncate_head(by, text, to) : tokens::truncate_tail(by, text, to);
  };
  auto ruled = static_cast<std::int64_t>(static_cast<double>(most) / scale_);
  std::string_view kept = by_.exact ? cut(ruled) : text;
  while (!kept.empty() && tokens(kept) > most) {
    kept = cut(ruled);
    ruled -= std::max<std::int64_t>(ruled / 16, 1);
    if (ruled <= 0)
      return {};
  }
  return kept;
}

} // namespace spillway::context
