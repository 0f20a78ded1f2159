#include "core/report/token_report.hpp"

#include <algorithm>

namespace spillway::report {
namespace {

model_share share_of(const tokens::gauge& whole, const model_entry& model, wall_time now) {
  const tokens::tokenizer& by = tokens::tokenizer_of(model.upstream_name);
  model_share out{&model, &by, token_count{whole.tokens(by)}, {}, false};
  token_usage usage;
  usage.input = out.tokens;
  if (const auto cost = money::cost_of(usage, model.pricing, now))
    out.cost = cost->total;
  out.fits = model.context_max == token_count{} || out.tokens < model.context_max;
  return out;
}

bool is_cheaper(const model_share& a, const model_share& b) {
  if (a.cost.has_value() != b.cost.has_value())
    return a.cost.has_value();
  return a.cost < b.cost;
}

} // namespace

std::vector<model_share> shares_of(const tokens::gauge& whole,
                                   std::span<const model_entry* const> models, wall_time now) {
  std::vector<model_share> out;
  for (const model_entry* model : models)
    out.push_back(share_of(whole, *model, now));
  std::ranges::stable_sort(out, is_cheaper);
  return out;
}

} // namespace spillway::report
