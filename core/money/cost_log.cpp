#include "core/money/cost_log.hpp"

#include "core/bounds.hpp"

#include <absl/time/time.h>

#include <algorithm>

namespace spillway::money {
namespace {

constexpr duration hour = std::chrono::hours{1};

/// Stands for the names that one hour alone had no room for.
constexpr const char* others = "(others)";

void add_to(cost_sum& sum, const cost_sum& more) {
  sum.cost += more.cost;
  sum.calls += more.calls;
}

} // namespace

const char* to_string(cost_dimension d) noexcept {
  switch (d) {
    case cost_dimension::model: return "model";
    case cost_dimension::team: return "team";
    case cost_dimension::user: return "user";
    case cost_dimension::key: return "key";
    case cost_dimension::tag: return "tag";
    case cost_dimension::session: return "session";
    case cost_dimension::run: return "run";
    case cost_dimension::hour: return "hour";
  }
  return "?";
}

std::string hour_text(wall_time at, const std::string& zone_name) {
  absl::TimeZone zone;
  const bool known = absl::LoadTimeZone(zone_name, &zone);
  SPILLWAY_ASSERT(known);
  return absl::FormatTime("%Y-%m-%dT%H:%M:%S%Ez", absl::FromUnixNanos(to_unix_nanos(at)), zone);
}

std::size_t cost_log::row_hash::operator()(const row_key& k) const noexcept {
  constexpr std::size_t spread = 0x9e3779b97f4a7c15;
  const std::hash<std::string> hash;
  return (hash(k.model) * spread + hash(k.scope)) * spread + hash(k.name);
}

cost_log::cost_log(std::string zone) : zone_{std::move(zone)} {
}

wall_time cost_log::hour_of(wall_time at) {
  if (at < day_.begin || at >= day_.end)
    day_ = period_at(period::day, at, zone_);
  // Counted from the day's begin, so that hours are those of a zone off by half an hour, too.
  return day_.begin + (at - day_.begin) / hour * hour;
}

void cost_log::open(reservation_id id, model_id model, std::vector<scope_value> scopes,
                    wall_time now) {
  open_.emplace(id, open_call{std::move(model), std::move(scopes), now});
}

void cost_log::begin_now(reservation_id id, wall_time now) {
  if (const auto call = open_.find(id); call != open_.end())
    call->second.at = now;
}

model_id cost_log::model_of(reservation_id id) const {
  const auto call = open_.find(id);
  return call == open_.end() ? model_id{} : call->second.model;
}

void cost_log::close(reservation_id id, nano_usd actual) {
  if (const auto call = open_.extract(id))
    add(call.mapped().model, call.mapped().scopes, actual, call.mapped().at);
}

void cost_log::restore(const std::vector<restored_posting>& postings, wall_time since) {
  complete_from_ = since;
  for (const restored_posting& p : postings)
    if (p.settled)
      add(p.model, p.scopes, p.amount, p.at, p.calls);
}

cost_span cost_log::running(period p, wall_time now) const {
  const period_span span = period_at(p, now, zone_);
  return {span.begin, span.end};
}

bool cost_log::is_complete(const cost_span& span) const noexcept {
  // Nothing was spent before 1970.
  return complete_from_ <= std::max(span.from, wall_time{});
}

void cost_log::add(const model_id& model, const std::vector<scope_value>& scopes, nano_usd cost,
                   wall_time at, std::uint64_t calls) {
  if (cost == nano_usd{0} || at < complete_from_)
    return;
  hour_rows& rows = hours_[hour_of(at)];
  count(rows, {model.value, {}, {}}, {cost, calls});
  for (auto s = scopes.begin(); s != scopes.end(); ++s)
    if (std::find(scopes.begin(), s, *s) == s)
      count(rows, {model.value, s->scope, s->name}, {cost, calls});
  while (rows_ > bounds::cost_log_rows_max && hours_.size() > 1)
    forget_oldest();
}

void cost_log::count(hour_rows& rows, row_key key, cost_sum sum) {
  auto it = rows.find(key);
  if (it == rows.end()) {
    if (rows.size() >= bounds::cost_log_rows_max && !key.name.empty())
      key.name = others;
    const auto [fresh, is_new] = rows.try_emplace(std::move(key));
    rows_ += is_new ? 1 : 0;
    it = fresh;
  }
  add_to(it->second, sum);
}

void cost_log::forget_oldest() {
  rows_ -= hours_.begin()->second.size();
  hours_.erase(hours_.begin());
  complete_from_ = hours_.begin()->first;
}

template <class Visit>
void cost_log::visit(const cost_query& q, const std::string& scope, Visit&& each) const {
  for (auto h = hours_.lower_bound(q.span.from); h != hours_.end() && h->first < q.span.to; ++h)
    for (const auto& [key, sum] : h->second)
      if (key.scope == scope && (q.model.empty() || q.model.value == key.model)
          && (!q.scope || q.scope->name == key.name))
        each(h->first, key, sum);
}

cost_sum cost_log::total(const cost_query& q) const {
  cost_sum all;
  visit(q, q.scope ? q.scope->scope : "",
        [&](wall_time, const row_key&, const cost_sum& sum) { add_to(all, sum); });
  return all;
}

std::vector<cost_line> cost_log::breakdown(cost_dimension by, const cost_query& q) const {
  if (by == cost_dimension::hour)
    return by_hour(q);
  cost_query narrowed = q;
  if (by != cost_dimension::model)
    narrowed.scope.reset();
  return by_name(by, narrowed);
}

std::vector<cost_line> cost_log::spent_within(const budget_rule& rule,
                                              const cost_span& span) const {
  std::map<std::string, cost_sum> sums;
  visit({{}, {}, span}, rule.scope == "global" ? "" : rule.scope,
        [&](wall_time, const row_key& key, const cost_sum& sum) {
          if (rule.name.empty() || rule.name == key.name)
            add_to(sums[key.name], sum);
        });
  std::vector<cost_line> out;
  for (auto& [name, sum] : sums)
    out.push_back({name, sum});
  return out;
}

std::vector<cost_line> cost_log::by_name(cost_dimension by, const cost_query& q) const {
  const bool models = by == cost_dimension::model;
  std::map<std::string, cost_sum> sums;
  visit(q, models ? (q.scope ? q.scope->scope : "") : to_string(by),
        [&](wall_time, const row_key& key, const cost_sum& sum) {
          add_to(sums[models ? key.model : key.name], sum);
        });
  std::vector<cost_line> out;
  for (auto& [name, sum] : sums)
    out.push_back({name, sum});
  return out;
}

std::vector<cost_line> cost_log::by_hour(const cost_query& q) const {
  std::map<wall_time, cost_sum> sums;
  visit(q, q.scope ? q.scope->scope : "",
        [&](wall_time at, const row_key&, const cost_sum& sum) { add_to(sums[at], sum); });
  std::vector<cost_line> out;
  for (const auto& [at, sum] : sums)
    out.push_back({hour_text(at, zone_), sum});
  return out;
}

} // namespace spillway::money
