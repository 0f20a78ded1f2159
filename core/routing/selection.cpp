#include "core/routing/selection.hpp"

#include "core/bounds.hpp"
#include "core/tokens/embedding_count.hpp"
#include "core/tokens/estimator.hpp"
#include "core/tokens/tokenizer.hpp"

#include <algorithm>

namespace spillway::routing {
namespace {

constexpr token_count output_useful_min{bounds::output_useful_min};

struct prompt_sizes {
  tokens::prompt_estimate counted;
  token_count on_arrival; ///< what the windows take: providers admit by the characters
};

/// Vendors bill, and count in their windows, each of the answers that a request asks for.
/// Source: https://platform.openai.com/docs/api-reference/chat/create, `n` (2026-10-27).
token_count for_all(token_count output, int answers) {
  return token_count{output.value() * answers};
}

/// What each of `answers` may have of `room`: a token at least.
token_count share_of(token_count room, int answers) {
  return token_count{std::max<std::int64_t>(room.value() / answers, 1)};
}

/// The bound to send upstream for each of `answers`. What the caller asks is kept unless the model
/// cannot do it; what we choose ourselves also leaves the call room in the token window.
token_count fit_output(const model_entry& model, const chat_request& request,
                       const selection_policy& policy, const prompt_sizes& prompt, int answers) {
  // What may be too long with its margin is tried all the same: the provider counts last.
  const token_count in_context =
      prompt.counted.limit < model.context_max ? prompt.counted.limit : prompt.counted.likely;
  token_count bound = std::min(model.output_max, model.context_max - in_context);
  if (request.output_tokens_max)
    return std::min(bound, *request.output_tokens_max);
  if (policy.output_default)
    bound = std::min(bound, *policy.output_default);
  const auto window = model.limits.tokens_per_minute;
  if (window && model.charged_as == token_charge::input_and_output_max
      && token_count{*window} > prompt.on_arrival)
    bound = std::min(bound, share_of(token_count{*window} - prompt.on_arrival, answers));
  return bound;
}

token_count arrival_charge(const model_entry& model, token_count input, token_count output) {
  return model.charged_as == token_charge::input_only ? input : input + output;
}

rate::amount exactly(token_count tokens) {
  return {tokens.value(), 0, tokens.value()};
}

/// A chat in our own shape has neither audio nor marks for a cache that lasts an hour.
money::call_size size_of(const chat_request& request, token_count input, token_count output) {
  return {input, output, request.tier, false, false};
}

std::optional<nano_usd> ordinary_cost(const model_entry& model, const chat_request& request,
                                      token_count input, token_count output, wall_time now) {
  token_usage usage;
  usage.input = input;
  usage.output = output;
  usage.tier = request.tier;
  const auto cost = money::cost_of(usage, model.pricing, now);
  return cost ? std::optional{cost->total} : std::nullopt;
}

bool may_go_unpriced(const selection_policy& policy, const model_id& id) {
  return !policy.refuse_unknown_price || std::ranges::count(policy.unpriced_allowed, id) != 0;
}

token_count input_max_of(const model_entry& model) {
  return model.input_max.value_or(model.context_max - token_count{1});
}

std::string context_text(const model_entry& model, token_count input) {
  return model.id.value + ": the prompt is about " + std::to_string(input.value())
         + " tokens, its context holds " + std::to_string(model.context_max.value())
         + (model.input_max ? ", of which the prompt " + std::to_string(model.input_max->value())
                            : "");
}

std::string price_text(const model_entry& model) {
  return model.id.value
         + ": no price is configured, so no budget can hold it; add a price or list "
           "it in budget.unpriced_allowed";
}

void consider(const model_entry& model, const chat_request& request, const selection_policy& policy,
              const prompt_sizes& input, wall_time now, selection& out) {
  if (const std::string what = lacking(model.can, request); !what.empty()) {
    out.rejected.push_back(
        {&model, rejection_reason::lacks_capability, model.id.value + ": " + what});
    return;
  }
  if (input.counted.likely >= model.context_max
      || input.counted.likely > input_max_of(model)) {
    out.rejected.push_back(
        {&model, rejection_reason::context_too_long, context_text(model, input.counted.likely)});
    return;
  }
  const int answers = std::max(request.choices, 1);
  const token_count output = fit_output(model, request, policy, input, answers);
  const token_count all = for_all(output, answers);
  // A prompt the provider accepts is no longer than its context, whatever our byte count says.
  const token_count input_most = std::min(input.counted.at_most, model.context_max);
  const auto cost =
      money::worst_case_cost(size_of(request, input_most, all), model.pricing, now);
  if (!cost && !may_go_unpriced(policy, model.id)) {
    out.rejected.push_back({&model, rejection_reason::unknown_price, price_text(model)});
    return;
  }
  const nano_usd worst = cost.value_or(nano_usd{0});
  out.candidates.push_back({&model,
                            input.counted.likely,
                            output,
                            arrival_charge(model, input.on_arrival, all),
                            worst,
                            {},
                            input_most,
                            {},
                            model.upstream_name,
                            ordinary_cost(model, request, input.counted.likely,
                                          for_all(std::min(output, tokens::ordinary_reply),
                                                  answers),
                                          now),
                            {},
                            {},
                            input.on_arrival,
                            answers});
  if (cost && !request.output_tokens_max && output > output_useful_min)
    out.candidates.back().least_cost =
        money::worst_case_cost(size_of(request, input_most, for_all(output_useful_min, answers)),
                               model.pricing, now);
}

void consider(const model_entry& model, const embedding_request& request,
              const selection_policy& policy, wall_time now, selection& out) {
  if (const std::string what = lacking(model.can, request); !what.empty()) {
    out.rejected.push_back(
        {&model, rejection_reason::lacks_capability, model.id.value + ": " + what});
    return;
  }
  // A number stands for a token in its own encoding alone.
  const bool counted_out = std::ranges::any_of(
      request.inputs, [](const embedding_input& i) { return !i.tokens.empty(); });
  if (counted_out && !tokens::tokenizer_of(model.upstream_name).exact) {
    out.rejected.push_back({&model, rejection_reason::lacks_capability,
                            model.id.value + ": takes texts, not tokens counted out"});
    return;
  }
  const tokens::embedding_count input = tokens::count_inputs(model, request);
  if (input.longest > model.input_max.value_or(model.context_max)) {
    out.rejected.push_back({&model, rejection_reason::context_too_long,
                            model.id.value + ": the longest input is about "
                                + std::to_string(input.longest.value())
                                + " tokens, its context holds "
                                + std::to_string(model.context_max.value())});
    return;
  }
  money::call_size size;
  size.input = input.at_most;
  size.audio = false;
  size.hour_cache = false;
  const auto worst = money::worst_case_cost(size, model.pricing, now);
  if (!worst && !may_go_unpriced(policy, model.id)) {
    out.rejected.push_back({&model, rejection_reason::unknown_price, price_text(model)});
    return;
  }
  token_usage usage;
  usage.input = input.likely;
  const auto likely = money::cost_of(usage, model.pricing, now);
  candidate c;
  c.model = &model;
  c.input_likely = input.likely;
  c.charge = c.input_charge = input.on_arrival;
  c.worst_cost = worst.value_or(nano_usd{0});
  c.input_most = input.at_most;
  c.upstream_name = model.upstream_name;
  c.likely_cost = likely ? std::optional{likely->total} : std::nullopt;
  out.candidates.push_back(std::move(c));
}

} // namespace

selection select_candidates(const catalog& models, const route& preference,
                            const chat_request& request, const selection_policy& policy,
                            wall_time now, tokens::prompt_counter& counter) {
  selection out;
  const token_count by_characters = tokens::estimate_input(request).likely;
  for (const model_id& id : preference.models) {
    if (out.candidates.size() == bounds::candidates_max)
      break;
    const model_entry* const model = models.find(id);
    if (model == nullptr)
      continue;
    const tokens::prompt_estimate counted = counter.estimate(*model, request);
    const prompt_sizes input{counted, std::max(counted.limit, by_characters)};
    consider(*model, request, policy, input, now, out);
  }
  return out;
}

selection select_candidates(const catalog& models, const route& preference,
                            const embedding_request& request, const selection_policy& policy,
                            wall_time now) {
  selection out;
  for (const model_id& id : preference.models) {
    if (out.candidates.size() == bounds::candidates_max)
      break;
    if (const model_entry* const model = models.find(id))
      consider(*model, request, policy, now, out);
  }
  return out;
}

std::optional<route> route_of_name(const catalog& models, const std::string& name) {
  const model_entry* model = models.resolve(name);
  if (!model)
    return std::nullopt;
  return route{name, {model->id}};
}

std::string reasons(const selection& s) {
  std::string out;
  for (const rejection& r : s.rejected)
    out += (out.empty() ? "" : "; ") + r.text;
  return out;
}

completion_status status_of(const selection& s) {
  const auto has = [&](rejection_reason reason) {
    return std::ranges::count(s.rejected, reason, &rejection::reason) != 0;
  };
  if (has(rejection_reason::context_too_long))
    return completion_status::context_too_long;
  if (has(rejection_reason::lacks_capability))
    return completion_status::invalid_request;
  if (has(rejection_reason::below_quality))
    return completion_status::invalid_request;
  return has(rejection_reason::key_unusable) ? completion_status::upstream_failed
                                             : completion_status::over_budget;
}

selection select_candidates(const catalog& models, const route& preference,
                            const chat_request& request, const selection_policy& policy,
                            wall_time now) {
  tokens::prompt_counter counter{0};
  return select_candidates(models, preference, request, policy, now, counter);
}

candidate shortened(candidate c, const chat_request& request, nano_usd room, wall_time now) {
  if (room >= c.worst_cost)
    return c;
  const token_count all = for_all(c.output_max, c.answers);
  const auto fits = money::affordable_output(size_of(request, c.input_most, all),
                                             c.model->pricing, now, room);
  // No longer priced at all only if the price list ended between the two moments.
  c.output_max = share_of(fits.value_or(for_all(output_useful_min, c.answers)), c.answers);
  c.charge = arrival_charge(*c.model, c.input_charge, for_all(c.output_max, c.answers));
  c.worst_cost = room;
  return c;
}

token_count settled_charge(const model_entry& model, token_count reserved,
                           const token_usage& usage) {
  return model.charged_as == token_charge::input_only ? usage.input
                                                      : std::max(reserved, usage.total());
}

std::shared_ptr<const chat_reply> with_usage(const candidate& c,
                                             std::shared_ptr<const chat_reply> answer) {
  if (!answer->usage.estimated)
    return answer;
  auto counted = std::make_shared<chat_reply>(*answer);
  if (counted->usage.input == token_count{})
    counted->usage.input = c.input_likely;
  const auto tokens_of = [&](const chat_message& message) {
    return std::min(tokens::reply_tokens(*c.model, message), c.output_max);
  };
  token_count output = tokens_of(answer->message);
  for (const chat_choice& other : answer->alternatives)
    output += tokens_of(other.message);
  counted->usage.output = std::max(counted->usage.output, output);
  return counted;
}

std::shared_ptr<const embedding_reply> with_usage(const candidate& c,
                                                  std::shared_ptr<const embedding_reply> answer) {
  if (!answer->usage.estimated)
    return answer;
  auto counted = std::make_shared<embedding_reply>(*answer);
  counted->usage.input = c.input_likely;
  return counted;
}

bool is_over_own_cap(const candidate& c, nano_usd left) {
  return c.least_cost.value_or(c.worst_cost) > left;
}

rate::charge asked_charge(const candidate& c) {
  return {exactly(c.charge), exactly(c.input_charge),
          exactly(for_all(c.output_max, c.answers))};
}

rate::charge settled_parts(token_count charged, const token_usage& usage) {
  const token_count counted = std::max(usage.input - usage.cached_input, token_count{});
  const rate::amount input{counted.value(), 0, usage.input.value()};
  return {exactly(charged), input, exactly(usage.output)};
}

} // namespace spillway::routing
