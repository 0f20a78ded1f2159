#include "core/alerts/rule_engine.hpp"

#include "core/alerts/wording.hpp"
#include "core/bounds.hpp"

#include <algorithm>

namespace spillway::alerts {
namespace {

constexpr duration minute = std::chrono::minutes{1};
constexpr duration hour = std::chrono::hours{1};
/// Spending of an hour is judged when the hour is over, and calls ten minutes after the last one.
constexpr duration attention = hour + 2 * minute;
constexpr const char* everything = "all calls";

std::int64_t hour_of(wall_time t) {
  return to_unix_nanos(t) / hour.count();
}

wall_time next_minute(wall_time t) {
  return wall_time_from_unix_nanos((to_unix_nanos(t) / minute.count() + 1) * minute.count());
}

/// The entry of `key`; null if there is none and no room for one more.
template <class Map>
typename Map::mapped_type* slot(Map& map, const typename Map::key_type& key,
                                const typename Map::mapped_type& fresh) {
  if (const auto it = map.find(key); it != map.end())
    return &it->second;
  if (map.size() >= bounds::alert_series_max)
    return nullptr;
  return &map.emplace(key, fresh).first->second;
}

} // namespace

rule_engine::rule_engine(options o) : options_{o}, notifier_{o.notices} {
}

void rule_engine::change(bool holds, finding what, wall_time now) {
  if (holds)
    notifier_.begin(std::move(what), now);
  else
    notifier_.end(what.key, now);
}

// -- calls ----------------------------------------------------------------------------------------

void rule_engine::record_call(const call_sample& call, wall_time now) {
  last_call_ = std::max(last_call_, now);
  if (call_health* h = slot(health_, call.model, call_health{options_.health}))
    h->record(call.result, call.waited, now);
  add_spend(everything, call.cost, now);
  add_spend("model " + call.model, call.cost, now);
  if (!call.team.empty())
    add_spend("team " + call.team, call.cost, now);
}

void rule_engine::add_spend(const std::string& subject, nano_usd cost, wall_time now) {
  spend_series* series = slot(spend_, subject, {spend_anomaly{options_.anomaly}, -1, {}});
  if (series == nullptr)
    return;
  close_hours(subject, *series, hour_of(now), now);
  series->sum += cost;
}

void rule_engine::judge_health(wall_time now) {
  for (auto& [model, h] : health_) {
    if (!h.is_awake(now))
      continue;
    const call_health::changes c = h.judge(now);
    if (c.errors)
      change(h.has_errors(), errors_finding(model, h), now);
    if (c.rejections)
      change(h.has_rejections(), rejections_finding(model, h), now);
    if (c.waits)
      change(h.has_waits(), waits_finding(model, h), now);
  }
}

// -- spending by the hour -------------------------------------------------------------------------

void rule_engine::restore_spending(std::span<const money::restored_posting> postings,
                                   wall_time now) {
  // What the series remember, and the week before it that they compare the oldest hours with.
  constexpr std::int64_t memory = 5 * static_cast<std::int64_t>(spend_anomaly::week);
  const std::int64_t open_hour = hour_of(now);
  std::map<std::string, std::map<std::int64_t, nano_usd>> sums;
  for (const money::restored_posting& p : postings) {
    const std::int64_t h = hour_of(p.at);
    if (h <= open_hour - memory || h > open_hour)
      continue;
    sums[everything][h] += p.amount;
    sums["model " + p.model.value][h] += p.amount;
    for (const money::scope_value& s : p.scopes)
      if (s.scope == "team")
        sums["team " + s.name][h] += p.amount;
  }
  for (const auto& [subject, by_hour] : sums)
    if (spend_series* series = slot(spend_, subject, {spend_anomaly{options_.anomaly}, -1, {}})) {
      auto next = by_hour.begin();
      for (std::int64_t h = next->first; h < open_hour; ++h)
        series->anomaly.close_hour(next != by_hour.end() && next->first == h ? (next++)->second
                                                                             : nano_usd{});
      series->hour = open_hour;
      series->sum = next != by_hour.end() ? next->second : nano_usd{};
    }
}

void rule_engine::restore_incidents(std::span<const incident> left, wall_time now) {
  notifier_.restore(left, now);
}

void rule_engine::judge_hours(wall_time now) {
  for (auto& [subject, series] : spend_)
    close_hours(subject, series, hour_of(now), now);
}

void rule_engine::close_hours(const std::string& subject, spend_series& series, std::int64_t hour,
                              wall_time now) {
  if (series.hour < 0)
    series.hour = hour;
  // A pause longer than the memory leaves only zeros behind, however long it was.
  constexpr std::int64_t memory = 4 * static_cast<std::int64_t>(spend_anomaly::week);
  if (hour - series.hour > memory) {
    series.hour = hour - memory;
    series.sum = {};
  }
  for (; series.hour < hour; ++series.hour) {
    judge_hour(subject, series, now);
    series.sum = {};
  }
}

void rule_engine::judge_hour(const std::string& subject, spend_series& series, wall_time now) {
  const spend_anomaly::verdict v = series.anomaly.close_hour(series.sum);
  if (v.surge_changed && options_.anomalies)
    change(series.anomaly.has_surge(), surge_finding(subject, series.sum, v), now);
  if (v.drift && options_.anomalies)
    notifier_.happened(drift_finding(subject, series.sum, v), now);
  if (subject != everything || options_.hourly_spend_max <= nano_usd{0})
    return;
  finding over = hourly_spend_finding(subject, series.sum, options_.hourly_spend_max,
                                      series.anomaly.is_ready());
  change(series.sum > options_.hourly_spend_max, std::move(over), now);
}

// -- accounts -------------------------------------------------------------------------------------

void rule_engine::record_crossing(const money::level_crossing& c, wall_time now) {
  last_call_ = std::max(last_call_, now);
  finding what = crossing_finding(c);
  // The higher level says all that the lower one said.
  std::erase_if(crossed_, [&](const auto& entry) {
    const finding_key& lower = entry.first;
    if (lower.rule != what.key.rule || lower.subject != what.key.subject)
      return false;
    notifier_.end(lower, now);
    return true;
  });
  // An account that refuses may have money left, only not enough: its period ends that.
  if (c.percent > 0)
    if (crossing* told = slot(crossed_, what.key, {}))
      *told = {c.percent, 0};
  notifier_.begin(std::move(what), now);
}

void rule_engine::record_accounts(std::span<const money::account_status> accounts, wall_time now) {
  account_index index;
  for (const money::account_status& a : accounts)
    index.emplace(a.account, &a);
  end_crossings(index, now);
  for (const money::account_status& a : accounts)
    judge_burn(a, now);
  std::erase_if(burn_, [&](const auto& entry) {
    const bool gone = !index.contains(entry.first);
    if (gone)
      notifier_.end({"budget_forecast", entry.first, {}}, now);
    return gone;
  });
}

void rule_engine::judge_burn(const money::account_status& a, wall_time now) {
  constexpr int worth_watching = 20; // a share of the limit: one in twenty
  const bool known = burn_.contains(a.account);
  const bool matters = known || a.spent >= nano_usd{a.limit.value() / worth_watching};
  if (!options_.forecasts || !matters)
    return;
  burn_rate* rate = slot(burn_, a.account, {});
  if (rate == nullptr || !rate->observe({a.spent, a.limit, a.begins, a.ends}, now))
    return;
  change(rate->holds(), forecast_finding(a, rate->empty_at(), now), now);
}

void rule_engine::end_crossings(const account_index& accounts, wall_time now) {
  for (auto it = crossed_.begin(); it != crossed_.end();) {
    const auto here = it++;
    const auto account = accounts.find(here->first.subject);
    if (account != accounts.end() && !here->second.is_over(*account->second))
      continue;
    notifier_.end(here->first, now);
    crossed_.erase(here);
  }
}

bool rule_engine::crossing::is_over(const money::account_status& a) {
  constexpr double clear_share = 0.8;
  constexpr int windows_to_end = 2;
  const double used = static_cast<double>((a.spent + a.reserved).value());
  const double level = static_cast<double>(a.limit.value()) * percent / 100;
  windows_below = used < level * clear_share ? windows_below + 1 : 0;
  return windows_below >= windows_to_end;
}

// -- the rest -------------------------------------------------------------------------------------

void rule_engine::record_traces(std::size_t pending, std::size_t delivered, wall_time now) {
  const bool moves = pending == 0 || delivered != traces_delivered_;
  traces_delivered_ = delivered;
  if (moves) {
    traces_stuck_since_.reset();
    return notifier_.end(trace_lag_finding(0, {}).key, now);
  }
  if (!traces_stuck_since_)
    traces_stuck_since_ = now;
  if (now - *traces_stuck_since_ >= options_.trace_lag)
    notifier_.begin(trace_lag_finding(pending, now - *traces_stuck_since_), now);
}

void rule_engine::record_event(finding what, wall_time now) {
  notifier_.happened(std::move(what), now);
}

void rule_engine::end_event(const finding_key& key, wall_time now) {
  notifier_.end(key, now);
}

std::vector<notice> rule_engine::take_notices(wall_time now) {
  judge_health(now);
  judge_hours(now);
  return notifier_.take(now);
}

bool rule_engine::was_busy(wall_time now) const {
  return last_call_ != wall_time::min() && now - last_call_ < attention;
}

bool rule_engine::wants_accounts(wall_time now) const {
  const auto holds = [](const auto& entry) { return entry.second.holds(); };
  return was_busy(now) || std::ranges::any_of(burn_, holds);
}

bool rule_engine::wants_traces(wall_time now) const {
  return was_busy(now) || traces_stuck_since_;
}

std::optional<wall_time> rule_engine::due(wall_time now) const {
  const bool awake =
      wants_accounts(now) || wants_traces(now)
      || std::ranges::any_of(health_, [&](const auto& entry) { return entry.second.is_awake(now); })
      || std::ranges::any_of(spend_,
                             [](const auto& entry) { return entry.second.anomaly.has_surge(); });
  wall_time next = awake ? next_minute(now) : wall_time::max();
  if (const auto told = notifier_.due())
    next = std::min(next, *told);
  return next == wall_time::max() ? std::nullopt : std::optional{next};
}

} // namespace spillway::alerts
