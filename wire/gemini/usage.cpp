#include "wire/gemini/usage.hpp"

#include "core/bounds.hpp"

#include <algorithm>
#include <optional>

namespace spillway::wire::gemini {
namespace {

using nlohmann::json;

std::optional<token_count> count_at(const json& usage, const char* name) {
  const auto it = usage.find(name);
  if (it == usage.end())
    return std::nullopt;
  json_fault fault;
  const auto count = json_node{*it, fault}.integer();
  if (!count || *count < 0 || *count > bounds::token_count_max)
    return std::nullopt;
  return token_count{*count};
}

token_count audio_in(const json& usage, const char* list_name, token_count whole) {
  token_count audio{};
  const auto list = usage.find(list_name);
  if (list == usage.end() || !list->is_array())
    return audio;
  for (const json& entry : *list)
    if (entry.is_object() && entry.value("modality", json()) == "AUDIO")
      audio = audio + count_at(entry, "tokenCount").value_or(token_count{});
  return std::min(audio, whole);
}

service_tier tier_of(const json& usage) {
  const auto it = usage.find("serviceTier");
  if (it == usage.end() || !it->is_string())
    return service_tier::standard;
  for (const service_tier tier : {service_tier::batch, service_tier::flex, service_tier::priority})
    if (*it == to_string(tier))
      return tier;
  return service_tier::standard;
}

} // namespace

json encode_usage(const token_usage& usage) {
  const token_count answer = usage.output - usage.reasoning;
  json out = {{"promptTokenCount", usage.input.value()},
              {"totalTokenCount", usage.total().value()},
              {"promptTokensDetails",
               json::array({{{"modality", "TEXT"}, {"tokenCount", usage.input.value()}}})},
              {"serviceTier", to_string(usage.tier)}};
  if (answer > token_count{})
    out["candidatesTokenCount"] = answer.value();
  if (usage.reasoning > token_count{})
    out["thoughtsTokenCount"] = usage.reasoning.value();
  if (usage.cached_input > token_count{})
    out["cachedContentTokenCount"] = usage.cached_input.value();
  return out;
}

token_usage decode_usage(const json& usage) {
  token_usage read;
  read.estimated = !usage.is_object();
  if (read.estimated)
    return read;
  const auto prompt = count_at(usage, "promptTokenCount");
  const auto answer = count_at(usage, "candidatesTokenCount");
  const auto thoughts = count_at(usage, "thoughtsTokenCount");
  const auto total = count_at(usage, "totalTokenCount");
  read.estimated = !prompt && !answer && !thoughts && !total;
  const token_count none{};
  read.input = prompt.value_or(none) + count_at(usage, "toolUsePromptTokenCount").value_or(none);
  read.output = answer.value_or(none) + thoughts.value_or(none);
  if (total && *total > read.total())
    read.output = *total - read.input;
  read.reasoning = std::min(thoughts.value_or(none), read.output);
  read.cached_input =
      std::min(count_at(usage, "cachedContentTokenCount").value_or(none), read.input);
  read.audio_input = audio_in(usage, "promptTokensDetails", read.input);
  read.audio_output =
      audio_in(usage, "candidatesTokensDetails", read.output - read.reasoning);
  read.tier = tier_of(usage);
  return read;
}

} // namespace spillway::wire::gemini
