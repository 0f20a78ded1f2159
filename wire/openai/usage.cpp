#include "wire/openai/usage.hpp"

#include "core/bounds.hpp"

#include <algorithm>
#include <utility>

namespace spillway::wire::openai {
namespace {

using nlohmann::json;

/// One field by its names in the two APIs.
struct field {
  const char* chat;
  const char* responses;
};

constexpr field input_tokens{"prompt_tokens", "input_tokens"};
constexpr field output_tokens{"completion_tokens", "output_tokens"};
constexpr field input_details{"prompt_tokens_details", "input_tokens_details"};
constexpr field output_details{"completion_tokens_details", "output_tokens_details"};

const json* member(const json& object, const char* name) {
  const auto it = object.find(name); // of what is no object: nothing
  return it == object.end() ? nullptr : &*it;
}

const json* member(const json& object, field f) {
  const json* found = member(object, f.chat);
  return found ? found : member(object, f.responses);
}

/// A count; absent if it is not there or makes no sense.
std::optional<token_count> count_of(const json* value) {
  if (!value)
    return std::nullopt;
  json_fault fault;
  const auto count = json_node{*value, fault}.integer();
  if (!count || *count < 0 || *count > bounds::token_count_max)
    return std::nullopt;
  return token_count{*count};
}

token_count part(const json* details, const char* name, token_count whole) {
  const auto count = details ? count_of(member(*details, name)) : std::nullopt;
  return std::min(count.value_or(token_count{}), whole);
}

/// `of` picks the name of one API.
json encode(const token_usage& usage, const char* field::* of) {
  json in = {{"cached_tokens", usage.cached_input.value()}};
  if (usage.cache_write > token_count{})
    in["cache_write_tokens"] = usage.cache_write.value();
  json out = {{"reasoning_tokens", usage.reasoning.value()}};
  if (usage.audio_input > token_count{})
    in["audio_tokens"] = usage.audio_input.value();
  if (usage.audio_output > token_count{})
    out["audio_tokens"] = usage.audio_output.value();
  return {{input_tokens.*of, usage.input.value()},
          {output_tokens.*of, usage.output.value()},
          {"total_tokens", usage.total().value()},
          {input_details.*of, std::move(in)},
          {output_details.*of, std::move(out)}};
}

} // namespace

json encode_usage(const token_usage& usage) {
  return encode(usage, &field::chat);
}

json encode_response_usage(const token_usage& usage) {
  return encode(usage, &field::responses);
}

token_usage decode_usage(const json& usage) {
  token_usage read;
  if (!usage.is_object()) {
    read.estimated = true;
    return read;
  }
  const auto input = count_of(member(usage, input_tokens));
  const auto output = count_of(member(usage, output_tokens));
  read.estimated = !input || !output;
  if (read.estimated)
    return read;
  read.input = *input;
  read.output = *output;
  if (const auto total = count_of(member(usage, "total_tokens")))
    read.output = std::max(read.output, *total - read.input);
  const json* in = member(usage, input_details);
  const json* out = member(usage, output_details);
  // DeepSeek has its own name for what was cached.
  read.cached_input = std::max(part(in, "cached_tokens", read.input),
                               part(&usage, "prompt_cache_hit_tokens", read.input));
  read.cache_write = part(in, "cache_write_tokens", read.input - read.cached_input);
  const token_count beyond = read.output - *output;
  read.reasoning = std::max(part(out, "reasoning_tokens", read.output), beyond);
  read.audio_input = part(in, "audio_tokens", read.input);
  read.audio_output = part(out, "audio_tokens", read.output - read.reasoning);
  return read;
}

service_tier decode_service_tier(std::string_view name) {
  for (const service_tier tier : {service_tier::batch, service_tier::flex, service_tier::priority})
    if (name == to_string(tier))
      return tier;
  return service_tier::standard;
}

} // namespace spillway::wire::openai
