#include "wire/anthropic/usage.hpp"

#include "core/bounds.hpp"

#include <algorithm>

namespace spillway::wire::anthropic {
namespace {

using nlohmann::json;

std::optional<token_count> count_of(const json_node& node) {
  const auto count = node.integer();
  if (!count || *count < 0 || *count > bounds::token_count_max)
    return std::nullopt;
  return token_count{*count};
}

void replace(token_count& known, std::optional<token_count> told) {
  known = told.value_or(known);
}

service_tier tier_named(const std::string& name) {
  for (const service_tier tier : {service_tier::batch, service_tier::priority})
    if (name == to_string(tier))
      return tier;
  return service_tier::standard;
}

} // namespace

json encode_usage(const token_usage& usage) {
  const token_count uncached = usage.input - usage.cached_input - usage.cache_write;
  const token_count short_lived = usage.cache_write - usage.cache_write_1h;
  const bool told = usage.tier == service_tier::batch || usage.tier == service_tier::priority;
  return {{"input_tokens", uncached.value()},
          {"cache_read_input_tokens", usage.cached_input.value()},
          {"cache_creation_input_tokens", usage.cache_write.value()},
          {"cache_creation",
           {{"ephemeral_5m_input_tokens", short_lived.value()},
            {"ephemeral_1h_input_tokens", usage.cache_write_1h.value()}}},
          {"output_tokens", usage.output.value()},
          {"output_tokens_details", {{"thinking_tokens", usage.reasoning.value()}}},
          {"service_tier", to_string(told ? usage.tier : service_tier::standard)}};
}

void usage_reader::take(const json& usage) {
  json_fault unread;
  const json_node root{usage, unread};
  if (!root.is_object())
    return;
  if (const auto told = count_of(root["input_tokens"]))
    uncached_ = told;
  if (const auto told = count_of(root["output_tokens"]))
    output_ = told;
  replace(cached_, count_of(root["cache_read_input_tokens"]));
  replace(written_, count_of(root["cache_creation_input_tokens"]));
  if (root["cache_creation"].is_object())
    replace(written_1h_, count_of(root["cache_creation"]["ephemeral_1h_input_tokens"]));
  if (root["output_tokens_details"].is_object())
    replace(thought_, count_of(root["output_tokens_details"]["thinking_tokens"]));
  if (root["service_tier"].is_string())
    tier_ = tier_named(root["service_tier"].text());
}

token_usage usage_reader::read() const {
  token_usage usage;
  usage.tier = tier_;
  usage.estimated = !uncached_ || !output_;
  usage.input = uncached_.value_or(token_count{}) + cached_ + written_;
  usage.cached_input = cached_;
  usage.cache_write = written_;
  usage.cache_write_1h = std::min(written_1h_, written_);
  usage.output = output_.value_or(token_count{});
  usage.reasoning = std::min(thought_, usage.output);
  return usage;
}

} // namespace spillway::wire::anthropic
