#include "wire/gemini/generation_config.hpp"

#include "core/bounds.hpp"
#include "wire/gemini/field.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace spillway::wire::gemini {
namespace {

using nlohmann::json;

// As Google's own façade maps them. Source: https://ai.google.dev/gemini-api/docs/openai#thinking
// (2026-10).
constexpr std::int64_t low_budget = 1'024;
constexpr std::int64_t medium_budget = 8'192;
constexpr std::int64_t high_budget = 24'576;

struct level_name {
  reasoning_effort effort;
  const char* name;
};
constexpr std::array<level_name, 4> levels = {{{reasoning_effort::minimal, "MINIMAL"},
                                               {reasoning_effort::low, "LOW"},
                                               {reasoning_effort::medium, "MEDIUM"},
                                               {reasoning_effort::high, "HIGH"}}};

const char* level_of(reasoning_effort effort, const model_traits& model) {
  switch (effort) {
    case reasoning_effort::none:
    case reasoning_effort::minimal: return model.thinks_always ? "LOW" : "MINIMAL";
    case reasoning_effort::low: return "LOW";
    case reasoning_effort::medium: return "MEDIUM";
    case reasoning_effort::high:
    case reasoning_effort::xhigh:
    case reasoning_effort::max: break;
  }
  return "HIGH";
}

std::int64_t budget_of(reasoning_effort effort, const model_traits& model) {
  switch (effort) {
    case reasoning_effort::none: return 0;
    case reasoning_effort::minimal:
    case reasoning_effort::low: return low_budget;
    case reasoning_effort::medium: return medium_budget;
    case reasoning_effort::high: return high_budget;
    case reasoning_effort::xhigh:
    case reasoning_effort::max: break;
  }
  return model.budget_max;
}

/// Zero turns thinking off where that is possible.
std::int64_t allowed_budget(std::int64_t budget, const model_traits& model) {
  if (budget == 0 && !model.thinks_always)
    return 0;
  return std::clamp(budget, model.budget_min, model.budget_max);
}

json encode_thinking(const chat_request& request, const model_traits& model) {
  json thinking = json::object();
  if (model.thinking == thinking_control::none)
    return thinking;
  const bool by_budget = model.thinking == thinking_control::budget;
  if (request.reasoning_tokens_max && (by_budget || !request.effort)) {
    const std::int64_t asked = request.reasoning_tokens_max->value();
    thinking["thinkingBudget"] = by_budget ? allowed_budget(asked, model) : asked;
  } else if (request.effort && by_budget) {
    thinking["thinkingBudget"] = allowed_budget(budget_of(*request.effort, model), model);
  } else if (request.effort) {
    thinking["thinkingLevel"] = level_of(*request.effort, model);
  }
  if (request.show_reasoning)
    thinking["includeThoughts"] = true;
  return thinking;
}

/// Gemini's seeds have 32 bits: others are folded, equal ones to equal ones.
std::int64_t folded_seed(std::int64_t seed) {
  return seed >= INT32_MIN && seed <= INT32_MAX ? seed : seed & INT32_MAX;
}

json encode_stop(const std::vector<std::string>& stop) {
  json list = json::array();
  for (const std::string& text : stop)
    if (!text.empty())
      list.push_back(text);
  return list;
}

void encode_shape(const chat_request& request, const model_traits& model, json& out) {
  out["responseMimeType"] = "application/json";
  auto schema = parse_json(request.response_schema_json);
  const bool readable = schema && schema->is_object();
  if (readable && *schema == json{{"type", "object"}}) // any JSON at all
    return;
  const bool open_api = model.schemas == schema_notation::open_api;
  // Text that is no schema is sent as it is: the server then refuses it by name.
  out[open_api ? "responseSchema" : "responseJsonSchema"] =
      readable ? encode_schema(*schema, model.schemas) : json(request.response_schema_json);
}

template <class T>
void add(json& out, const char* name, const std::optional<T>& value) {
  if (value)
    out[name] = *value;
}

void decode_thinking(const json_node& thinking, chat_request& request) {
  refuse_unknown(thinking, {"thinkingBudget", "thinkingLevel", "includeThoughts"});
  request.show_reasoning = field(thinking, "includeThoughts").boolean().value_or(false);
  const auto budget = field(thinking, "thinkingBudget").integer();
  if (budget && *budget == 0)
    request.effort = reasoning_effort::none;
  else if (budget && *budget > 0) // below zero: as much as the model likes
    request.reasoning_tokens_max = token_count{std::min(*budget, bounds::token_count_max)};
  const json_node level = field(thinking, "thinkingLevel");
  if (!level.present())
    return;
  std::string name = level.text();
  std::ranges::transform(name, name.begin(), [](char c) { return c >= 'a' ? char(c - 32) : c; });
  const auto known =
      std::ranges::find_if(levels, [&](const level_name& l) { return name == l.name; });
  if (known == levels.end())
    level.reject("must be MINIMAL, LOW, MEDIUM or HIGH");
  else
    request.effort = known->effort;
}

void decode_shape(const json_node& config, chat_request& request) {
  const std::string type = field(config, "responseMimeType").text_or({});
  const json_node open_api = field(config, "responseSchema");
  const json_node json_schema = field(config, "responseJsonSchema");
  if (json_schema.present())
    request.response_schema_json = json_schema.object_text();
  else if (open_api.present())
    request.response_schema_json = decode_schema(open_api);
  else if (type == "application/json")
    request.response_schema_json = R"({"type":"object"})";
}

std::optional<token_count> decode_output_max(const json_node& node) {
  const auto count = node.integer();
  if (!count)
    return std::nullopt;
  if (*count < 1 || *count > bounds::token_count_max) {
    node.reject("must be a positive number of tokens");
    return std::nullopt;
  }
  return token_count{*count};
}

int decode_choices(const json_node& node) {
  const std::int64_t wanted = node.integer().value_or(1);
  if (wanted >= 1 && wanted <= bounds::choices_max)
    return static_cast<int>(wanted);
  node.reject("must be from 1 to " + std::to_string(bounds::choices_max));
  return 1;
}

} // namespace

json encode_generation_config(const chat_request& request, token_count output_max,
                              const model_traits& model, bool shaped) {
  json out = json::object();
  if (output_max > token_count{})
    out["maxOutputTokens"] = output_max.value();
  add(out, "temperature", request.temperature);
  add(out, "topP", request.top_p);
  add(out, "topK", request.top_k);
  add(out, "presencePenalty", request.presence_penalty);
  add(out, "frequencyPenalty", request.frequency_penalty);
  if (request.seed)
    out["seed"] = folded_seed(*request.seed);
  if (json stop = encode_stop(request.stop); !stop.empty())
    out["stopSequences"] = std::move(stop);
  if (request.choices > 1)
    out["candidateCount"] = request.choices;
  add(out, "responseLogprobs", request.logprobs);
  if (request.logprobs.value_or(false))
    add(out, "logprobs", request.top_logprobs);
  if (json thinking = encode_thinking(request, model); !thinking.empty())
    out["thinkingConfig"] = std::move(thinking);
  if (shaped)
    encode_shape(request, model, out);
  return out;
}

json decode_generation_config(const json_node& config, chat_request& request) {
  refuse_unknown(config,
                 {"maxOutputTokens", "temperature", "topP", "topK", "presencePenalty",
                  "frequencyPenalty", "seed", "stopSequences", "candidateCount",
                  "responseLogprobs", "logprobs", "thinkingConfig", "responseMimeType",
                  "responseSchema", "responseJsonSchema", "responseModalities", "speechConfig",
                  "mediaResolution", "imageConfig", "enableEnhancedCivicAnswers"});
  request.output_tokens_max = decode_output_max(field(config, "maxOutputTokens"));
  request.temperature = field(config, "temperature").number();
  request.top_p = field(config, "topP").number();
  request.top_k = field(config, "topK").integer();
  request.presence_penalty = field(config, "presencePenalty").number();
  request.frequency_penalty = field(config, "frequencyPenalty").number();
  request.seed = field(config, "seed").integer();
  for (const json_node& stop : items(field(config, "stopSequences")))
    request.stop.push_back(stop.text());
  request.choices = decode_choices(field(config, "candidateCount"));
  request.logprobs = field(config, "responseLogprobs").boolean();
  if (const auto top = field(config, "logprobs").integer())
    request.top_logprobs = static_cast<int>(std::clamp<std::int64_t>(*top, 0, 20));
  decode_thinking(field(config, "thinkingConfig"), request);
  decode_shape(config, request);
  json rest = json::object();
  for (const char* name : {"responseModalities", "speechConfig", "mediaResolution", "imageConfig",
                           "enableEnhancedCivicAnswers"})
    if (const json_node node = field(config, name); node.present())
      rest[name] = node.value();
  return rest;
}

} // namespace spillway::wire::gemini
