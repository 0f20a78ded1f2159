#include "wire/catalog/litellm.hpp"

#include "wire/catalog/provider_names.hpp"
#include "wire/json_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace spillway::wire::catalog {
namespace {

using catalog_update::listed_model;
using catalog_update::listed_rates;
using catalog_update::listed_tier;

/// A price a token as one a million tokens. What is no number is left to the check of prices.
std::optional<double> per_million(const nlohmann::json& model, const std::string& key) {
  const auto it = model.find(key);
  if (it == model.end() || !it->is_number())
    return std::nullopt;
  // The file's binary fractions are of a token; twelve digits are all that anybody meant.
  const double usd = it->get<double>() * 1e6;
  return std::round(usd * 1e9) / 1e9;
}

std::optional<std::int64_t> whole(const nlohmann::json& model, const char* key) {
  const auto it = model.find(key);
  if (it == model.end() || !it->is_number())
    return std::nullopt;
  return static_cast<std::int64_t>(it->get<double>());
}

std::optional<bool> truth(const nlohmann::json& model, const char* key) {
  const auto it = model.find(key);
  if (it == model.end() || !it->is_boolean())
    return std::nullopt;
  return it->get<bool>();
}

std::string word(const nlohmann::json& model, const char* key) {
  const auto it = model.find(key);
  return it != model.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

listed_rates rates_of(const nlohmann::json& m, const std::string& ending) {
  listed_rates r;
  r.input = per_million(m, "input_cost_per_token" + ending);
  r.output = per_million(m, "output_cost_per_token" + ending);
  r.cached_input = per_million(m, "cache_read_input_token_cost" + ending);
  r.cache_write = per_million(m, "cache_creation_input_token_cost" + ending);
  if (!ending.empty())
    return r;
  r.cache_write_1h = per_million(m, "cache_creation_input_token_cost_above_1hr");
  r.audio_input = per_million(m, "input_cost_per_audio_token");
  r.audio_output = per_million(m, "output_cost_per_audio_token");
  r.reasoning = per_million(m, "output_cost_per_reasoning_token");
  return r;
}

/// The sizes that the model's keys name: "input_cost_per_token_above_200k_tokens" -> 200,000.
std::vector<listed_tier> tiers_of(const nlohmann::json& m) {
  constexpr std::string_view head = "input_cost_per_token_above_";
  constexpr std::string_view tail = "k_tokens";
  std::vector<listed_tier> out;
  for (const auto& [key, value] : m.items()) {
    if (!key.starts_with(head) || !key.ends_with(tail))
      continue;
    const std::string digits = key.substr(head.size(), key.size() - head.size() - tail.size());
    std::int64_t thousands = 0;
    const auto end = digits.data() + digits.size();
    if (std::from_chars(digits.data(), end, thousands).ptr != end || thousands <= 0
        || thousands > 1'000'000)
      continue;
    out.push_back({thousands * 1000, rates_of(m, "_above_" + digits + std::string{tail})});
  }
  std::ranges::sort(out, {}, &listed_tier::above_input);
  return out;
}

std::optional<double> factor(const nlohmann::json& m, const std::optional<double>& input,
                             const std::string& ending) {
  const auto special = per_million(m, "input_cost_per_token" + ending);
  if (!special || !input || *input <= 0)
    return std::nullopt;
  return *special / *input;
}

std::optional<model_kind> kind_of(const std::string& mode) {
  static constexpr std::array<std::pair<std::string_view, model_kind>, 10> modes = {{
      {"chat", model_kind::chat},
      {"responses", model_kind::chat},
      {"embedding", model_kind::embedding},
      {"completion", model_kind::completion},
      {"image_generation", model_kind::image},
      {"video_generation", model_kind::video},
      {"audio_speech", model_kind::speech},
      {"audio_transcription", model_kind::transcription},
      {"realtime", model_kind::realtime},
      {"moderation", model_kind::moderation},
  }};
  for (const auto& [name, kind] : modes)
    if (mode == name)
      return kind;
  return std::nullopt;
}

std::vector<modality> input_of(const nlohmann::json& m) {
  std::vector<modality> out{modality::text};
  if (truth(m, "supports_vision").value_or(false))
    out.push_back(modality::image);
  if (truth(m, "supports_audio_input").value_or(false))
    out.push_back(modality::audio);
  if (truth(m, "supports_pdf_input").value_or(false))
    out.push_back(modality::file);
  return out;
}

listed_model model_of(const std::string& provider, const std::string& key,
                      const nlohmann::json& m) {
  listed_model out;
  out.provider = provider;
  // "gemini/gemini-2.5-pro": the part before the slash is LiteLLM's.
  const std::string own = word(m, "litellm_provider") + "/";
  out.name = key.starts_with(own) ? key.substr(own.size()) : key;
  out.kind = kind_of(word(m, "mode"));
  const auto input = whole(m, "max_input_tokens");
  const auto output = whole(m, "max_output_tokens");
  out.output_max = output ? output : whole(m, "max_tokens");
  out.context = input ? input : whole(m, "max_tokens");
  out.rates = rates_of(m, "");
  out.tiers = tiers_of(m);
  out.batch_factor = factor(m, out.rates.input, "_batches");
  out.flex_factor = factor(m, out.rates.input, "_flex");
  out.priority_factor = factor(m, out.rates.input, "_priority");
  out.input = input_of(m);
  out.tools = truth(m, "supports_function_calling");
  out.json_schema = truth(m, "supports_response_schema");
  out.reasoning = truth(m, "supports_reasoning");
  out.retired = read_day(word(m, "deprecation_date"));
  return out;
}

} // namespace

bool is_litellm(std::string_view text) {
  return text.find("\"litellm_provider\"") != std::string_view::npos;
}

result<std::vector<listed_model>> decode_litellm(std::string_view text) {
  const auto parsed = parse_json(text);
  if (!parsed)
    return parsed.failure();
  if (!parsed->is_object())
    return error{"must be an object with a member for each model"};
  std::vector<listed_model> out;
  for (const auto& [key, m] : parsed->items()) {
    if (!m.is_object())
      return error{"\"" + key + "\" must be an object"};
    const auto provider = our_name(word(m, "litellm_provider"));
    if (provider && key != "sample_spec")
      out.push_back(model_of(*provider, key, m));
  }
  return out;
}

} // namespace spillway::wire::catalog
