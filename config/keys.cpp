#include "config/keys.hpp"

#include "core/bounds.hpp"
#include "core/units.hpp"

#include <chrono>

namespace spillway::config {

namespace {

using kind = value_kind;

constexpr std::int64_t ms(std::chrono::milliseconds d) {
  return d.count();
}

constexpr std::int64_t minute_ms = ms(std::chrono::minutes{1});
constexpr std::int64_t day_ms = ms(std::chrono::hours{24});
constexpr std::int64_t million = 1'000'000;
constexpr std::int64_t deadline_ms = ms(bounds::deadline_max);
constexpr std::int64_t tokens = bounds::token_count_max;
constexpr std::int64_t price = bounds::price_nano_usd_per_mtok_max / nano_usd_per_usd;
constexpr std::int64_t budget = bounds::budget_nano_usd_max / nano_usd_per_usd;

/// The dearest fast modes cost six times the standard price (2026-10).
constexpr std::int64_t factor_max = 10;

/// More threads than this only wait for each other: one decides, the rest move bytes.
constexpr std::int64_t io_threads_max = 256;

constexpr key_spec keys[] = {
    {.path = "runtime.io_threads", .kind = kind::integer, .most = io_threads_max},
    {.path = "runtime.drain", .kind = kind::span, .most = deadline_ms},
    {.path = "log.level",
     .kind = kind::choice,
     .choices = "trace, debug, info, warning, error, off"},

    {.path = "providers.*.enabled", .kind = kind::flag_auto},
    {.path = "providers.*.dialect",
     .kind = kind::choice,
     .choices = "openai, anthropic, azure, deepseek, gemini, gemini_openai, generic, groq, "
                "llamacpp, mistral, ollama, openrouter, vertex, vllm"},
    {.path = "providers.*.base_url", .kind = kind::url},
    {.path = "providers.*.api_key_env", .kind = kind::env_names},
    {.path = "providers.*.keys.[].env", .kind = kind::env_name, .required = true},
    {.path = "providers.*.keys.[].name", .kind = kind::text},
    {.path = "providers.*.keys.[].weight", .kind = kind::integer, .least = 1, .most = 1000},
    {.path = "providers.*.keys.[].tier", .kind = kind::text},
    {.path = "providers.*.ca_file", .kind = kind::text},
    {.path = "providers.*.tier", .kind = kind::text},
    {.path = "providers.*.connections_max",
     .kind = kind::integer,
     .least = 1,
     .most = bounds::connections_per_endpoint_max},
    {.path = "providers.*.timeouts.connect", .kind = kind::span, .least = 1, .most = deadline_ms},
    {.path = "providers.*.timeouts.first_byte",
     .kind = kind::span,
     .least = 1,
     .most = deadline_ms},
    {.path = "providers.*.timeouts.idle", .kind = kind::span, .least = 1, .most = deadline_ms},
    {.path = "providers.*.timeouts.total", .kind = kind::span, .least = 1, .most = deadline_ms},

    {.path = "models.*.provider", .kind = kind::text, .required = true},
    {.path = "models.*.enabled", .kind = kind::flag},
    {.path = "models.*.upstream_name", .kind = kind::text},
    {.path = "models.*.kind",
     .kind = kind::choice,
     .choices = "chat, embedding, completion, image, video, speech, transcription, realtime, "
                "moderation"},
    {.path = "models.*.context", .kind = kind::integer, .least = 1, .most = tokens},
    {.path = "models.*.output_max", .kind = kind::integer, .least = 1, .most = tokens},
    {.path = "models.*.input_max", .kind = kind::integer, .least = 1, .most = tokens},
    {.path = "models.*.aliases", .kind = kind::names},
    {.path = "models.*.use_cases", .kind = kind::texts},
    {.path = "models.*.input", .kind = kind::choices, .choices = "text, image, audio, video, file"},
    {.path = "models.*.endpoints", .kind = kind::choices, .choices = "chat, embeddings, responses"},
    {.path = "models.*.tools", .kind = kind::flag},
    {.path = "models.*.parallel_tools", .kind = kind::flag},
    {.path = "models.*.json_schema", .kind = kind::flag},
    {.path = "models.*.temperature", .kind = kind::flag},
    {.path = "models.*.reasoning", .kind = kind::flag},
    {.path = "models.*.efforts",
     .kind = kind::choices,
     .choices = "none, minimal, low, medium, high, xhigh, max"},
    {.path = "models.*.preview", .kind = kind::flag},
    {.path = "models.*.deprecated", .kind = kind::date},
    {.path = "models.*.retired", .kind = kind::date},
    {.path = "models.*.successor", .kind = kind::text},
    {.path = "models.*.token_charge",
     .kind = kind::choice,
     .choices = "input_and_output_max, input_only"},
    {.path = "models.*.day_zone", .kind = kind::zone},
    {.path = "models.*.limit_group", .kind = kind::text},
    {.path = "models.*.limits.requests_per_minute",
     .kind = kind::limit,
     .least = 1,
     .most = tokens},
    {.path = "models.*.limits.tokens_per_minute", .kind = kind::limit, .least = 1, .most = tokens},
    {.path = "models.*.limits.requests_per_day", .kind = kind::limit, .least = 1, .most = tokens},
    {.path = "models.*.limits.concurrent_requests",
     .kind = kind::limit,
     .least = 1,
     .most = tokens},
    {.path = "models.*.limits.input_tokens_per_minute",
     .kind = kind::limit,
     .least = 1,
     .most = tokens},
    {.path = "models.*.limits.output_tokens_per_minute",
     .kind = kind::limit,
     .least = 1,
     .most = tokens},
    {.path = "models.*.limits.tokens_per_day", .kind = kind::limit, .least = 1, .most = tokens},
    {.path = "models.*.tiers.*.requests_per_minute",
     .kind = kind::limit,
     .least = 1,
     .most = tokens},
    {.path = "models.*.tiers.*.tokens_per_minute", .kind = kind::limit, .least = 1, .most = tokens},
    {.path = "models.*.tiers.*.requests_per_day", .kind = kind::limit, .least = 1, .most = tokens},
    {.path = "models.*.tiers.*.concurrent_requests",
     .kind = kind::limit,
     .least = 1,
     .most = tokens},
    {.path = "models.*.tiers.*.input_tokens_per_minute",
     .kind = kind::limit,
     .least = 1,
     .most = tokens},
    {.path = "models.*.tiers.*.output_tokens_per_minute",
     .kind = kind::limit,
     .least = 1,
     .most = tokens},
    {.path = "models.*.tiers.*.tokens_per_day", .kind = kind::limit, .least = 1, .most = tokens},
    {.path = "models.*.prices.[].from", .kind = kind::date},
    {.path = "models.*.prices.[].input", .kind = kind::price, .most = price, .required = true},
    {.path = "models.*.prices.[].cached_input", .kind = kind::price, .most = price},
    {.path = "models.*.prices.[].cache_write", .kind = kind::price, .most = price},
    {.path = "models.*.prices.[].output", .kind = kind::price, .most = price, .required = true},
    {.path = "models.*.prices.[].cache_write_1h", .kind = kind::price, .most = price},
    {.path = "models.*.prices.[].audio_input", .kind = kind::price, .most = price},
    {.path = "models.*.prices.[].audio_output", .kind = kind::price, .most = price},
    {.path = "models.*.prices.[].reasoning", .kind = kind::price, .most = price},
    {.path = "models.*.prices.[].batch_factor", .kind = kind::factor, .most = factor_max},
    {.path = "models.*.prices.[].flex_factor", .kind = kind::factor, .most = factor_max},
    {.path = "models.*.prices.[].priority_factor", .kind = kind::factor, .most = factor_max},
    {.path = "models.*.prices.[].long_prompt.[].above_input",
     .kind = kind::integer,
     .least = 1,
     .most = tokens,
     .required = true},
    {.path = "models.*.prices.[].long_prompt.[].input",
     .kind = kind::price,
     .most = price,
     .required = true},
    {.path = "models.*.prices.[].long_prompt.[].cached_input", .kind = kind::price, .most = price},
    {.path = "models.*.prices.[].long_prompt.[].cache_write", .kind = kind::price, .most = price},
    {.path = "models.*.prices.[].long_prompt.[].output",
     .kind = kind::price,
     .most = price,
     .required = true},
    {.path = "models.*.prices.[].long_prompt.[].cache_write_1h",
     .kind = kind::price,
     .most = price},
    {.path = "models.*.prices.[].long_prompt.[].audio_input", .kind = kind::price, .most = price},
    {.path = "models.*.prices.[].long_prompt.[].audio_output", .kind = kind::price, .most = price},
    {.path = "models.*.prices.[].long_prompt.[].reasoning", .kind = kind::price, .most = price},

    {.path = "catalog.files", .kind = kind::names},

    {.path = "routes.*", .kind = kind::names},
    {.path = "routing.default_route", .kind = kind::text},
    {.path = "routing.wait_max", .kind = kind::span, .most = deadline_ms},
    {.path = "routing.deadline", .kind = kind::span, .least = 1, .most = deadline_ms},
    {.path = "routing.output_default", .kind = kind::integer, .least = 1, .most = tokens},
    {.path = "routing.retry_content_filtered", .kind = kind::flag},
    {.path = "routing.context_strategy",
     .kind = kind::choice,
     .choices = "auto, error, fallback, truncate, compress, chunk"},
    {.path = "routing.answer_worth_usd", .kind = kind::usd, .most = 1000},
    {.path = "routing.second_worth_usd", .kind = kind::usd, .most = 1000},

    {.path = "budget.zone", .kind = kind::zone},
    {.path = "budget.unknown_price", .kind = kind::choice, .choices = "refuse, allow"},
    {.path = "budget.unpriced_allowed", .kind = kind::texts},
    {.path = "budget.rules.[].scope",
     .kind = kind::choice,
     .choices = "global, team, user, key, tag, session, run"},
    {.path = "budget.rules.[].name", .kind = kind::text},
    {.path = "budget.rules.[].period",
     .kind = kind::choice,
     .choices = "day, week, month, total",
     .required = true},
    {.path = "budget.rules.[].on_exhausted",
     .kind = kind::choice,
     .choices = "cheaper, wait, refuse"},
    {.path = "budget.rules.[].limit_usd", .kind = kind::usd, .most = budget, .required = true},

    {.path = "gateway.listen", .kind = kind::listen},
    {.path = "gateway.keys_env", .kind = kind::env_names},
    {.path = "gateway.key_required", .kind = kind::flag},
    {.path = "gateway.admin_key_env", .kind = kind::env_name},
    {.path = "gateway.tls_cert", .kind = kind::text},
    {.path = "gateway.tls_key", .kind = kind::text},
    {.path = "gateway.access_log", .kind = kind::flag},

    {.path = "cache.default", .kind = kind::choice, .choices = "off, on"},
    {.path = "cache.keep_for",
     .kind = kind::span,
     .least = 1000,
     .most = ms(bounds::answers_kept_for_max)},
    {.path = "cache.mib_max", .kind = kind::integer, .most = bounds::answers_kept_mib_max},
    {.path = "cache.shared", .kind = kind::flag},

    {.path = "langfuse.enabled", .kind = kind::flag_auto},
    {.path = "langfuse.base_url", .kind = kind::url},
    {.path = "langfuse.public_key_env", .kind = kind::env_name},
    {.path = "langfuse.secret_key_env", .kind = kind::env_name},
    {.path = "langfuse.environment", .kind = kind::label},
    {.path = "langfuse.release", .kind = kind::text},
    {.path = "langfuse.flush_at",
     .kind = kind::integer,
     .least = 1,
     .most = bounds::trace_batch_max},
    {.path = "langfuse.flush_interval", .kind = kind::span, .least = 1, .most = deadline_ms},
    {.path = "langfuse.spool_mib_max",
     .kind = kind::integer,
     .least = 1,
     .most = bounds::trace_spool_mib_max},
    {.path = "langfuse.capture_input", .kind = kind::flag},
    {.path = "langfuse.capture_output", .kind = kind::flag},

    {.path = "journal.path", .kind = kind::text},
    {.path = "journal.keep", .kind = kind::span, .least = day_ms, .most = 3'650 * day_ms},

    {.path = "alerts.source", .kind = kind::text},
    {.path = "alerts.budget_levels", .kind = kind::percents},
    {.path = "alerts.budget_forecast", .kind = kind::flag},
    {.path = "alerts.error_rate", .kind = kind::factor, .most = 1},
    {.path = "alerts.error_calls_min", .kind = kind::integer, .least = 1, .most = million},
    {.path = "alerts.rate_limited_max", .kind = kind::integer, .least = 1, .most = million},
    {.path = "alerts.wait_p95", .kind = kind::span, .least = 1, .most = deadline_ms},
    {.path = "alerts.hourly_spend_usd", .kind = kind::usd, .most = budget},
    {.path = "alerts.spend_anomaly", .kind = kind::flag},
    {.path = "alerts.spend_anomaly_floor_usd", .kind = kind::usd, .most = budget},
    {.path = "alerts.trace_lag", .kind = kind::span, .least = minute_ms, .most = day_ms},
    {.path = "alerts.calm", .kind = kind::span, .least = minute_ms, .most = day_ms},
    {.path = "alerts.again_after", .kind = kind::span, .least = minute_ms, .most = 30 * day_ms},
    {.path = "alerts.notices_per_hour", .kind = kind::integer, .least = 1, .most = 1000},
    {.path = "alerts.targets.*.kind",
     .kind = kind::choice,
     .choices = "webhook, slack, pagerduty, langfuse",
     .required = true},
    {.path = "alerts.targets.*.url", .kind = kind::target_url},
    {.path = "alerts.targets.*.url_env", .kind = kind::env_name},
    {.path = "alerts.targets.*.secret_env", .kind = kind::env_name},
    {.path = "alerts.targets.*.routing_key_env", .kind = kind::env_name},
    {.path = "alerts.targets.*.least",
     .kind = kind::choice,
     .choices = "notice, warning, critical"},
    {.path = "alerts.targets.*.allow_private", .kind = kind::flag},
    {.path = "alerts.targets.*.ca_file", .kind = kind::text},
};

} // namespace

std::span<const key_spec> known_keys() noexcept {
  return keys;
}

} // namespace spillway::config
