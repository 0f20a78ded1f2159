#include "wire/openai/usage.hpp"

#include "core/bounds.hpp"

#include <algorithm>

namespace spillway::wire::openai {
namespace {

using nlohmann::json;

/// A count at `pointer`; absent if it is not there or makes no sense.
std::optional<token_count> count_at(const json& usage, const char* pointer) {
  const json::json_pointer place{pointer};
  if (!usage.contains(place))
    return std::nullopt;
  json_fault fault;
  const auto count = json_node{usage.at(place), fault}.integer();
  if (!count || *count < 0 || *count > bounds::token_count_max)
    return std::nullopt;
  return token_count{*count};
}

token_count part(const json& usage, const char* pointer, token_count whole) {
  return std::min(count_at(usage, pointer).value_or(token_count{}), whole);
}

token_count cached_part(const json& usage, token_count input) {
  const token_count cached = part(usage, "/prompt_tokens_details/cached_tokens", input);
  // DeepSeek's own name for the same.
  return std::max(cached, part(usage, "/prompt_cache_hit_tokens", input));
}

} // namespace

json encode_usage(const token_usage& usage) {
  json prompt_details = {{"cached_tokens", usage.cached_input.value()}};
  if (usage.cache_write > token_count{})
    prompt_details["cache_write_tokens"] = usage.cache_write.value();
  return {{"prompt_tokens", usage.input.value()},
          {"completion_tokens", usage.output.value()},
          {"total_tokens", usage.total().value()},
          {"prompt_tokens_details", std::move(prompt_details)},
          {"completion_tokens_details", {{"reasoning_tokens", usage.reasoning.value()}}}};
}

token_usage decode_usage(const json& usage) {
  const auto input = count_at(usage, "/prompt_tokens");
  const auto output = count_at(usage, "/completion_tokens");
  token_usage read;
  read.estimated = !input || !output;
  if (read.estimated)
    return read;
  read.input = *input;
  read.output = *output;
  if (const auto total = count_at(usage, "/total_tokens"))
    read.output = std::max(read.output, *total - read.input);
  read.cached_input = cached_part(usage, read.input);
  read.cache_write =
      part(usage, "/prompt_tokens_details/cache_write_tokens", read.input - read.cached_input);
  const token_count beyond = read.output - *output;
  const token_count reported =
      part(usage, "/completion_tokens_details/reasoning_tokens", read.output);
  read.reasoning = std::max(reported, beyond);
  read.audio_input = part(usage, "/prompt_tokens_details/audio_tokens", read.input);
  read.audio_output =
      part(usage, "/completion_tokens_details/audio_tokens", read.output - read.reasoning);
  return read;
}

service_tier decode_service_tier(std::string_view name) {
  for (const service_tier tier : {service_tier::batch, service_tier::flex, service_tier::priority})
    if (name == to_string(tier))
      return tier;
  return service_tier::standard;
}

} // namespace spillway::wire::openai
