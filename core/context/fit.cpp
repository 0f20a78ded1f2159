#include "core/context/fit.hpp"

#include "core/bounds.hpp"
#include "core/money/pricing.hpp"

#include <algorithm>

namespace spillway::context {
namespace {

/// A cut that missed its aim is made again, shorter by what it missed.
constexpr int cuts_max = 4;

/// One prompt, the model it was meant for, and what can be done. Whether a prompt fits is judged by
/// what its provider is known to count, as the selection of models does.
class fitting {
public:
  fitting(const chat_request& request, const std::vector<const model_entry*>& models, wall_time now,
          tokens::prompt_counter& counter)
      : request_{request}, models_{models}, now_{now}, counter_{counter},
        room_{prompt_room(*models.front(), request)}, tokens_{count(*models.front(), request)},
        ruler_{scaled_ruler()} {}

  bool fits() const { return holds(*models_.front(), request_, tokens_); }

  std::optional<fitted_prompt> larger_model() const {
    for (const model_entry* m : models_)
      if (holds(*m, request_, count(*m, request_)))
        return fitted_prompt{outcome::larger_model, {}, {}, {},
                             why() + "; " + m->id.value + " takes it whole"};
    return std::nullopt;
  }

  std::optional<fitted_prompt> compressed() const {
    shortened_prompt c = compress(request_, ruler_);
    if (count(*models_.front(), c.request) > room_)
      return std::nullopt;
    return changed(outcome::compressed, std::move(c));
  }

  std::optional<fitted_prompt> truncated() const {
    auto t = within_room([this](std::int64_t room) { return truncate(request_, room, ruler_); },
                         [this](const shortened_prompt& s) {
                           return count(*models_.front(), s.request);
                         });
    if (!t)
      return std::nullopt;
    return changed(outcome::truncated, std::move(*t));
  }

  std::optional<fitted_prompt> chunked() const {
    auto plan =
        within_room([this](std::int64_t room) { return plan_chunks(request_, room, ruler_); },
                    [this](const chunk_plan& p) { return longest_part(p); });
    if (!plan)
      return std::nullopt;
    std::string text = why() + "; asked in " + std::to_string(plan->parts.size()) + " parts";
    return fitted_prompt{outcome::chunked, {}, {}, std::move(plan), std::move(text)};
  }

  std::optional<fitted_prompt> automatic() const {
    auto whole = larger_model();
    auto shorter = compressed();
    if (whole && shorter)
      return reads_cheaper(*shorter->request) ? std::move(shorter) : std::move(whole);
    if (whole || shorter)
      return whole ? std::move(whole) : std::move(shorter);
    if (has_text_above_room())
      if (auto parts = chunked())
        return parts;
    return truncated();
  }

  fitted_prompt refused() const {
    return {outcome::refused, {}, {}, {},
            why() + "; shorten it, or allow another x-spillway-context"};
  }

private:
  static bool holds(const model_entry& m, const chat_request& request, std::int64_t tokens) {
    const std::int64_t reply =
        std::min(request.output_tokens_max.value_or(token_count{bounds::output_useful_min}),
                 m.output_max)
            .value();
    return tokens + reply <= m.context_max.value()
           && tokens <= m.input_max.value_or(m.context_max).value();
  }

  std::int64_t count(const model_entry& m, const chat_request& request) const {
    return counter_.estimate(m, request).likely.value();
  }

  std::int64_t longest_part(const chunk_plan& plan) const {
    std::int64_t most = 0;
    for (const chat_request& part : plan.parts)
      most = std::max(most, count(*models_.front(), part));
    return most;
  }

  prompt_ruler scaled_ruler() const {
    const std::string& name = models_.front()->upstream_name;
    const std::int64_t unscaled = std::max<std::int64_t>(prompt_ruler{name}.tokens(request_), 1);
    return prompt_ruler{name, static_cast<double>(tokens_) / static_cast<double>(unscaled)};
  }

  /// What `cut` makes for the room there is, such that `size` of it stays within.
  template <class Cut, class Size>
  auto within_room(Cut cut, Size size) const -> decltype(cut(std::int64_t{})) {
    std::int64_t aim = room_;
    for (int i = 0; i < cuts_max; ++i) {
      auto made = cut(aim);
      if (!made)
        return std::nullopt;
      const std::int64_t over = size(*made) - room_;
      if (over <= 0)
        return made;
      aim -= over;
    }
    return std::nullopt;
  }

  std::string why() const {
    return "the prompt is about " + std::to_string(tokens_) + " tokens, and "
           + models_.front()->id.value + " holds "
           + std::to_string(models_.front()->context_max.value());
  }

  fitted_prompt changed(outcome what, shortened_prompt s) const {
    std::string text = why() + "; left out: " + describe(s.losses);
    return {what, std::move(s.request), std::move(s.losses), {}, std::move(text)};
  }

  nano_usd price_of_reading(const model_entry& m, std::int64_t tokens) const {
    token_usage usage;
    usage.input = token_count{tokens};
    const auto cost = money::cost_of(usage, m.pricing, now_);
    return cost ? cost->total : nano_usd{0};
  }

  bool reads_cheaper(const chat_request& compressed) const {
    const auto other = std::ranges::find_if(
        models_, [&](const model_entry* m) { return holds(*m, request_, count(*m, request_)); });
    return other == models_.end()
           || price_of_reading(*models_.front(), count(*models_.front(), compressed))
                  < price_of_reading(**other, count(**other, request_));
  }

  bool has_text_above_room() const {
    return std::ranges::any_of(request_.messages, [&](const chat_message& m) {
      return ruler_.tokens(m.text) > room_
             || std::ranges::any_of(m.parts, [&](const content_part& p) {
                  return ruler_.tokens(p.text) > room_;
                });
    });
  }

  const chat_request& request_;
  const std::vector<const model_entry*>& models_;
  wall_time now_;
  tokens::prompt_counter& counter_;
  std::int64_t room_;
  std::int64_t tokens_;
  prompt_ruler ruler_;
};

std::optional<fitted_prompt> apply(const fitting& f, strategy how) {
  switch (how) {
    case strategy::automatic: return f.automatic();
    case strategy::error: return std::nullopt;
    case strategy::fallback: return f.larger_model();
    case strategy::truncate: return f.truncated();
    case strategy::compress: return f.compressed();
    case strategy::chunk: return f.chunked();
  }
  return std::nullopt;
}

} // namespace

std::int64_t prompt_room(const model_entry& model, const chat_request& request) {
  const std::int64_t context = model.context_max.value();
  const std::int64_t longest = model.output_max.value();
  const std::int64_t reply = request.output_tokens_max
                                 ? std::min(request.output_tokens_max->value(), longest)
                                 : std::min(longest, context / 4);
  const std::int64_t room =
      std::min(context - reply, model.input_max.value_or(model.context_max).value());
  if (!model.limits.tokens_per_minute)
    return room;
  // A prompt that its token window never has room for is of no use. Windows count by a rule of
  // their own, so a tenth is left.
  const std::int64_t limit = *model.limits.tokens_per_minute;
  const std::int64_t window = limit - limit / 10;
  const bool reply_counts =
      model.charged_as == token_charge::input_and_output_max && request.output_tokens_max;
  const std::int64_t replies = reply * std::max(request.choices, 1);
  return std::clamp<std::int64_t>(window - (reply_counts ? replies : 0), room / 8, room);
}

fitted_prompt fit(const chat_request& request, strategy how,
                  const std::vector<const model_entry*>& models, wall_time now,
                  tokens::prompt_counter& counter) {
  const fitting f{request, models, now, counter};
  if (f.fits())
    return {};
  if (auto done = apply(f, how))
    return std::move(*done);
  return f.refused();
}

} // namespace spillway::context
