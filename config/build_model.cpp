#include "config/build_model.hpp"

#include "config/values.hpp"
#include "core/bounds.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace spillway::config {

namespace {

constexpr std::int64_t price_usd_max = bounds::price_nano_usd_per_mtok_max / nano_usd_per_usd;

token_count tokens_of(const node* n) {
  const auto* value = n ? n->as<std::int64_t>() : nullptr;
  return token_count{value ? *value : 0};
}

/// Lays the limits of `t` over `base`; "none" lifts one.
void lay_limits(const node* t, rate::limits& base) {
  const auto lay = [t](std::string_view key, std::optional<std::int64_t>& limit) {
    const node* n = t ? find(*t, key) : nullptr;
    if (!n)
      return;
    const auto* value = n->as<std::int64_t>();
    limit = value ? std::optional{*value} : std::nullopt;
  };
  lay("requests_per_minute", base.requests_per_minute);
  lay("tokens_per_minute", base.tokens_per_minute);
  lay("requests_per_day", base.requests_per_day);
  lay("concurrent_requests", base.concurrent_requests);
  lay("input_tokens_per_minute", base.input_tokens_per_minute);
  lay("output_tokens_per_minute", base.output_tokens_per_minute);
  lay("tokens_per_day", base.tokens_per_day);
}

rate::limits build_limits(const node& model, std::string_view tier) {
  rate::limits out;
  out.day_zone = text_of(find(model, "day_zone"));
  lay_limits(find(model, {"tiers", tier}), out);
  lay_limits(find(model, "limits"), out);
  return out;
}

/// Nano-dollars per million tokens; `otherwise` if the row does not say.
std::int64_t price_of(const node& row, std::string_view key, std::int64_t otherwise) {
  const node* n = find(row, key);
  if (!n)
    return otherwise;
  const auto* whole = n->as<std::int64_t>();
  const double dollars = whole ? static_cast<double>(*whole) : *n->as<double>();
  return read_usd(dollars, price_usd_max).value();
}

std::optional<std::int64_t> own_price_of(const node& row, std::string_view key) {
  return find(row, key) ? std::optional{price_of(row, key, 0)} : std::nullopt;
}

money::price_row build_price_row(const node& row) {
  money::price_row out;
  out.input = price_of(row, "input", 0);
  out.cached_input = price_of(row, "cached_input", out.input);
  out.cache_write = price_of(row, "cache_write", out.input);
  out.output = price_of(row, "output", 0);
  out.cache_write_1h = own_price_of(row, "cache_write_1h");
  out.audio_input = own_price_of(row, "audio_input");
  out.audio_output = own_price_of(row, "audio_output");
  out.reasoning = own_price_of(row, "reasoning");
  return out;
}

/// Thousandths; `check_value` has seen that nothing is lost.
std::int64_t factor_of(const node& row, std::string_view key, std::int64_t otherwise) {
  constexpr std::int64_t thousandth = nano_usd_per_usd / 1000;
  return price_of(row, key, otherwise * thousandth) / thousandth;
}

money::dated_price build_dated_price(const node& row) {
  money::dated_price out;
  if (const node* from = find(row, "from"))
    out.from = *from->as<std::chrono::sys_days>();
  out.base = build_price_row(row);
  const money::service_factors plain;
  out.factors = {factor_of(row, "batch_factor", plain.batch),
                 factor_of(row, "flex_factor", plain.flex),
                 factor_of(row, "priority_factor", plain.priority)};
  for (const node& tier : items_of(find(row, "long_prompt")))
    out.tiers.push_back({tokens_of(find(tier, "above_input")), build_price_row(tier)});
  return out;
}

bool flag_of(const node& model, std::string_view key, bool otherwise) {
  const node* n = find(model, key);
  const auto* value = n ? n->as<bool>() : nullptr;
  return value ? *value : otherwise;
}

/// The values whose names the list has.
template <class Enum, std::size_t N>
std::vector<Enum> chosen(const node* list, const std::array<Enum, N>& values) {
  std::vector<Enum> out;
  for (const node& item : items_of(list))
    for (const Enum value : values)
      if (text_of(&item) == to_string(value))
        out.push_back(value);
  return out;
}

constexpr std::array kinds{model_kind::chat,      model_kind::embedding,
                           model_kind::completion, model_kind::image,
                           model_kind::video,      model_kind::speech,
                           model_kind::transcription, model_kind::realtime,
                           model_kind::moderation};
constexpr std::array modalities{modality::text, modality::image, modality::audio, modality::video,
                                modality::file};
constexpr std::array endpoints{endpoint::chat, endpoint::embeddings, endpoint::responses};
constexpr std::array efforts{reasoning_effort::none,   reasoning_effort::minimal,
                             reasoning_effort::low,    reasoning_effort::medium,
                             reasoning_effort::high,   reasoning_effort::xhigh,
                             reasoning_effort::max};

/// Dialects that answer once, whatever is asked: they lack `n`, ignore it, or refuse more than 1.
/// Source: https://platform.claude.com/docs/en/api/messages,
/// https://api-docs.deepseek.com/api/create-chat-completion and https://docs.ollama.com/openai: no
/// such field; https://console.groq.com/docs/openai: a 400;
/// https://github.com/OpenRouterArchived/openrouter-runner/issues/99: ignored (2026-11).
constexpr std::array<std::string_view, 5> answers_once{"anthropic", "deepseek", "groq", "ollama",
                                                       "openrouter"};

capabilities build_capabilities(const node& model, std::string_view dialect) {
  capabilities out;
  for (const model_kind kind : kinds)
    if (text_of(find(model, "kind")) == to_string(kind))
      out.kind = kind;
  out.input = chosen(find(model, "input"), modalities);
  out.endpoints = chosen(find(model, "endpoints"), endpoints);
  out.tools = flag_of(model, "tools", true);
  out.parallel_tools = flag_of(model, "parallel_tools", true);
  out.json_schema = flag_of(model, "json_schema", true);
  out.several_answers = flag_of(model, "several_answers",
                                std::ranges::find(answers_once, dialect) == answers_once.end());
  out.temperature = flag_of(model, "temperature", true);
  out.reasoning = flag_of(model, "reasoning", true);
  out.efforts = chosen(find(model, "efforts"), efforts);
  return out;
}

std::optional<wall_time> day_of(const node& model, std::string_view key) {
  const node* n = find(model, key);
  return n ? std::optional<wall_time>{*n->as<std::chrono::sys_days>()} : std::nullopt;
}

lifecycle build_lifecycle(const node& model) {
  lifecycle out;
  out.preview = flag_of(model, "preview", false);
  out.deprecated = day_of(model, "deprecated");
  out.retired = day_of(model, "retired");
  out.successor = text_of(find(model, "successor"));
  return out;
}

} // namespace

model_entry build_model(const member& model, const provider_settings& provider) {
  model_entry out;
  out.id = {model.key};
  out.provider = {std::string{text_of(find(model.value, "provider"))}};
  out.upstream_name = text_of(find(model.value, "upstream_name"));
  if (out.upstream_name.empty())
    out.upstream_name = model.key;
  out.context_max = tokens_of(find(model.value, "context"));
  out.output_max = tokens_of(find(model.value, "output_max"));
  out.limits = build_limits(model.value, provider.tier);
  for (const member& t : members_of(find(model.value, "tiers")))
    out.tiers.push_back({t.key, build_limits(model.value, t.key)});
  out.any_tier = out.tiers.empty() || find(model.value, "limits");
  out.limit_group = text_of(find(model.value, "limit_group"));
  out.charged_as = text_of(find(model.value, "token_charge")) == "input_only"
                       ? token_charge::input_only
                       : token_charge::input_and_output_max;
  for (const node& row : items_of(find(model.value, "prices")))
    out.pricing.rows.push_back(build_dated_price(row));
  out.use_cases = texts_of(find(model.value, "use_cases"));
  out.aliases = texts_of(find(model.value, "aliases"));
  out.can = build_capabilities(model.value, provider.dialect);
  if (const node* bound = find(model.value, "input_max"))
    out.input_max = tokens_of(bound);
  out.life = build_lifecycle(model.value);
  return out;
}

bool is_offered(const node& model, std::string_view tier) {
  const node* tiers = find(model, "tiers");
  return members_of(tiers).empty() || find(model, "limits") || find(*tiers, tier);
}

} // namespace spillway::config
