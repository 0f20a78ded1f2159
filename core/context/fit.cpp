#include "core/context/fit.hpp"

#include "core/bounds.hpp"
#include "core/money/pricing.hpp"

#include <algorithm>

namespace spillway::context {
namespace {

/// One prompt, the model it was meant for, and what can be done.
class fitting {
public:
  fitting(const chat_request& request, const std::vector<const model_entry*>& models, wall_time now)
      : request_{request}, models_{models}, now_{now}, count_{models.front()->upstream_name},
        room_{prompt_room(*models.front(), request)}, tokens_{count_.tokens(request)} {}

  bool fits() const { return holds(*models_.front(), request_, tokens_); }

  std::optional<fitted_prompt> larger_model() const {
    for (const model_entry* m : models_) {
      const std::int64_t tokens = prompt_counter{m->upstream_name}.tokens(request_);
      if (holds(*m, request_, tokens))
        return fitted_prompt{outcome::larger_model, {}, {}, {},
                             why() + "; " + m->id.value + " takes it whole"};
    }
    return std::nullopt;
  }

  std::optional<fitted_prompt> compressed() const {
    shortened_prompt c = compress(request_, count_);
    if (count_.tokens(c.request) > room_)
      return std::nullopt;
    return changed(outcome::compressed, std::move(c));
  }

  std::optional<fitted_prompt> truncated() const {
    auto t = truncate(request_, room_, count_);
    if (!t)
      return std::nullopt;
    return changed(outcome::truncated, std::move(*t));
  }

  std::optional<fitted_prompt> chunked() const {
    auto plan = plan_chunks(request_, room_, count_);
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
    return tokens + reply <= m.context_max.value();
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
        models_, [&](const model_entry* m) { return holds(*m, request_, tokens_); });
    return other == models_.end()
           || price_of_reading(*models_.front(), count_.tokens(compressed))
                  < price_of_reading(**other, tokens_);
  }

  bool has_text_above_room() const {
    return std::ranges::any_of(request_.messages, [&](const chat_message& m) {
      return count_.tokens(m.text) > room_
             || std::ranges::any_of(m.parts, [&](const content_part& p) {
                  return count_.tokens(p.text) > room_;
                });
    });
  }

  const chat_request& request_;
  const std::vector<const model_entry*>& models_;
  wall_time now_;
  prompt_counter count_;
  std::int64_t room_;
  std::int64_t tokens_;
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
  const std::int64_t room = context - reply;
  if (!model.limits.tokens_per_minute)
    return room;
  // A prompt that its token window never has room for is of no use. Windows count by a rule of
  // their own, so a tenth is left.
  const std::int64_t limit = *model.limits.tokens_per_minute;
  const std::int64_t window = limit - limit / 10;
  const bool reply_counts =
      model.charged_as == token_charge::input_and_output_max && request.output_tokens_max;
  return std::clamp<std::int64_t>(window - (reply_counts ? reply : 0), room / 8, room);
}

fitted_prompt fit(const chat_request& request, strategy how,
                  const std::vector<const model_entry*>& models, wall_time now) {
  const fitting f{request, models, now};
  if (f.fits())
    return {};
  if (auto done = apply(f, how))
    return std::move(*done);
  return f.refused();
}

} // namespace spillway::context
