#include "wire/catalog/models_dev.hpp"

#include "wire/catalog/provider_names.hpp"
#include "wire/json_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace spillway::wire::catalog {
namespace {

using catalog_update::listed_model;
using catalog_update::listed_rates;
using catalog_update::listed_tier;

listed_rates rates_of(const json_node& cost) {
  if (!cost.present())
    return {};
  listed_rates r;
  r.input = cost["input"].number();
  r.output = cost["output"].number();
  r.cached_input = cost["cache_read"].number();
  r.cache_write = cost["cache_write"].number();
  r.audio_input = cost["input_audio"].number();
  r.audio_output = cost["output_audio"].number();
  r.reasoning = cost["reasoning"].number();
  return r;
}

/// "context_over_200k" -> 200,000.
std::optional<std::int64_t> size_in(std::string_view key) {
  constexpr std::string_view head = "context_over_";
  if (!key.starts_with(head) || !key.ends_with('k'))
    return std::nullopt;
  const std::string_view digits = key.substr(head.size(), key.size() - head.size() - 1);
  std::int64_t thousands = 0;
  const char* end = digits.data() + digits.size();
  if (std::from_chars(digits.data(), end, thousands).ptr != end || thousands <= 0
      || thousands > 1'000'000)
    return std::nullopt;
  return thousands * 1000;
}

std::vector<listed_tier> tiers_of(const nlohmann::json& cost, const json_node& at) {
  std::vector<listed_tier> out;
  if (cost.is_object())
    for (const auto& [key, value] : cost.items())
      if (const auto size = size_in(key))
        out.push_back({*size, rates_of(at[key])});
  std::ranges::sort(out, {}, &listed_tier::above_input);
  return out;
}

std::vector<modality> input_of(const json_node& list) {
  static constexpr std::array<std::pair<std::string_view, modality>, 6> names = {{
      {"text", modality::text},
      {"image", modality::image},
      {"audio", modality::audio},
      {"video", modality::video},
      {"pdf", modality::file},
      {"file", modality::file},
  }};
  std::vector<modality> out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string word = list[i].text();
    for (const auto& [name, m] : names)
      if (word == name && std::ranges::count(out, m) == 0)
        out.push_back(m);
  }
  return out;
}

/// The list has no kinds: what only embeds has no output price, what makes pictures says so.
std::optional<model_kind> kind_of(const json_node& m, const listed_model& listed) {
  const json_node output = m["modalities"]["output"];
  for (std::size_t i = 0; i < output.size(); ++i) {
    const std::string word = output[i].text();
    if (word == "image")
      return model_kind::image;
    if (word == "video")
      return model_kind::video;
    if (word == "audio")
      return model_kind::speech;
  }
  const bool embeds = listed.name.find("embed") != std::string::npos;
  return embeds ? model_kind::embedding : model_kind::chat;
}

listed_model model_of(const std::string& provider, const std::string& name,
                      const nlohmann::json& value, const json_node& m) {
  listed_model out;
  out.provider = provider;
  out.name = name;
  const json_node limit = m["limit"];
  if (limit.present()) {
    out.context = limit["context"].integer();
    out.output_max = limit["output"].integer();
    out.input_max = limit["input"].integer();
  }
  out.rates = rates_of(m["cost"]);
  if (value.contains("cost"))
    out.tiers = tiers_of(value["cost"], m["cost"]);
  if (m["modalities"].present())
    out.input = input_of(m["modalities"]["input"]);
  out.kind = m["modalities"].present() ? kind_of(m, out) : std::nullopt;
  out.tools = m["tool_call"].boolean();
  out.json_schema = m["structured_output"].boolean();
  out.reasoning = m["reasoning"].boolean();
  out.temperature = m["temperature"].boolean();
  if (out.kind == model_kind::embedding)
    out.output_max.reset(); // the list means dimensions
  return out;
}

} // namespace

bool is_models_dev(std::string_view text) {
  return text.find("\"models\"") != std::string_view::npos
         && text.find("\"limit\"") != std::string_view::npos;
}

result<std::vector<listed_model>> decode_models_dev(std::string_view text) {
  const auto parsed = parse_json(text);
  if (!parsed)
    return parsed.failure();
  json_fault fault;
  const json_node root{*parsed, fault};
  if (!root.is_object())
    return error{"must be an object with a member for each provider"};
  std::vector<listed_model> out;
  for (const auto& [name, provider] : parsed->items()) {
    const auto ours = our_name(name);
    const json_node models = root[name]["models"];
    if (!ours || !models.is_object())
      continue;
    for (const auto& [id, value] : provider["models"].items())
      out.push_back(model_of(*ours, id, value, models[id]));
  }
  if (fault.found())
    return fault.take();
  return out;
}

} // namespace spillway::wire::catalog
