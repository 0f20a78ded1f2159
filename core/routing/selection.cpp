#include "core/routing/selection.hpp"

#include "core/bounds.hpp"
#include "core/tokens/estimator.hpp"

#include <algorithm>

namespace spillway::routing {
namespace {

constexpr token_count output_useful_min{bounds::output_useful_min};

/// The bound to send upstream. What the caller asks is kept unless the model cannot do it; what we
/// choose ourselves also leaves the call room in the token window.
token_count fit_output(const model_entry& model, const chat_request& request,
                       const selection_policy& policy, token_count input) {
  token_count bound = std::min(model.output_max, model.context_max - input);
  if (request.output_tokens_max)
    return std::min(bound, *request.output_tokens_max);
  if (policy.output_default)
    bound = std::min(bound, *policy.output_default);
  const auto window = model.limits.tokens_per_minute;
  if (window && model.charged_as == token_charge::input_and_output_max
      && token_count{*window} > input)
    bound = std::min(bound, token_count{*window} - input);
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

/// Tokens of an ordinary reply, where a request does not bound it lower: what chat and agent steps
/// come to, about 400 words.
constexpr token_count output_ordinary{512};

std::optional<nano_usd> ordinary_cost(const model_entry& model, const chat_request& request,
                                      token_count input, token_count output_max, wall_time now) {
  token_usage usage;
  usage.input = input;
  usage.output = std::min(output_max, output_ordinary);
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
              const tokens::token_estimate& input, wall_time now, selection& out) {
  if (const std::string what = lacking(model.can, request); !what.empty()) {
    out.rejected.push_back(
        {&model, rejection_reason::lacks_capability, model.id.value + ": " + what});
    return;
  }
  if (input.likely >= model.context_max || input.likely > input_max_of(model)) {
    out.rejected.push_back(
        {&model, rejection_reason::context_too_long, context_text(model, input.likely)});
    return;
  }
  const token_count output = fit_output(model, request, policy, input.likely);
  // A prompt the provider accepts is no longer than its context, whatever our byte count says.
  const token_count input_most = std::min(input.at_most, model.context_max);
  const auto cost =
      money::worst_case_cost(size_of(request, input_most, output), model.pricing, now);
  if (!cost && !may_go_unpriced(policy, model.id)) {
    out.rejected.push_back({&model, rejection_reason::unknown_price, price_text(model)});
    return;
  }
  const nano_usd worst = cost.value_or(nano_usd{0});
  out.candidates.push_back({&model,
                            input.likely,
                            output,
                            arrival_charge(model, input.likely, output),
                            worst,
                            {},
                            input_most,
                            {},
                            model.upstream_name,
                            ordinary_cost(model, request, input.likely, output, now),
                            {},
                            {}});
  if (cost && !request.output_tokens_max && output > output_useful_min)
    out.candidates.back().least_cost =
        money::worst_case_cost(size_of(request, input_most, output_useful_min), model.pricing, now);
}

} // namespace

selection select_candidates(const catalog& models, const route& preference,
                            const chat_request& request, const selection_policy& policy,
                            wall_time now) {
  selection out;
  const tokens::token_estimate input = tokens::estimate_input(request);
  for (const model_id& id : preference.models) {
    if (out.candidates.size() == bounds::candidates_max)
      break;
    if (const model_entry* model = models.find(id))
      consider(*model, request, policy, input, now, out);
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

candidate shortened(candidate c, const chat_request& request, nano_usd room, wall_time now) {
  if (room >= c.worst_cost)
    return c;
  const auto fits = money::affordable_output(size_of(request, c.input_most, c.output_max),
                                             c.model->pricing, now, room);
  // No longer priced at all only if the price list ended between the two moments.
  c.output_max = std::max(fits.value_or(output_useful_min), token_count{1});
  c.charge = arrival_charge(*c.model, c.input_likely, c.output_max);
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
  chat_request reply;
  reply.messages.push_back(answer->message);
  auto counted = std::make_shared<chat_reply>(*answer);
  if (counted->usage.input == token_count{})
    counted->usage.input = c.input_likely;
  const token_count output = std::min(tokens::estimate_input(reply).likely, c.output_max);
  counted->usage.output = std::max(counted->usage.output, output);
  return counted;
}

rate::charge asked_charge(const candidate& c) {
  return {exactly(c.charge), exactly(c.input_likely), exactly(c.output_max)};
}

rate::charge settled_parts(token_count charged, const token_usage& usage) {
  return {exactly(charged), exactly(usage.input), exactly(usage.output)};
}

} // namespace spillway::routing
