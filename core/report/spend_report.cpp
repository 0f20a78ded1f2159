#include "core/report/spend_report.hpp"

#include "core/bounds.hpp"
#include "core/money/cost_log.hpp"

#include <algorithm>
#include <utility>

namespace spillway::report {
namespace {

bool is_time(spend_dimension d) {
  return d == spend_dimension::hour || d == spend_dimension::day;
}

void count(spend_line& line, const call_intent& intent,
           const std::optional<call_settlement>& settlement, bool fallback) {
  ++line.calls;
  line.fallbacks += fallback ? 1 : 0;
  if (!settlement || settlement->outcome == call_outcome::unknown)
    ++line.unknown;
  line.cost += settlement ? settlement->cost : intent.reserved_max;
  if (!settlement)
    return;
  line.answered += settlement->outcome == call_outcome::settled ? 1 : 0;
  line.rate_limited += settlement->outcome == call_outcome::rejected ? 1 : 0;
  line.input += settlement->usage.input;
  line.cached_input += settlement->usage.cached_input;
  line.output += settlement->usage.output;
  line.reasoning += settlement->usage.reasoning;
}

void count(spend_line& line, const folded_calls& old) {
  const std::uint64_t calls = old.calls.settled + old.calls.rejected;
  line.calls += calls;
  line.folded += calls;
  line.answered += old.calls.settled;
  line.rate_limited += old.calls.rejected;
  line.input += old.usage.input;
  line.cached_input += old.usage.cached_input;
  line.output += old.usage.output;
  line.reasoning += old.usage.reasoning;
  line.cost += old.cost;
}

} // namespace

const char* to_string(spend_dimension d) noexcept {
  switch (d) {
    case spend_dimension::model: return "model";
    case spend_dimension::provider_key: return "provider_key";
    case spend_dimension::team: return "team";
    case spend_dimension::user: return "user";
    case spend_dimension::key: return "key";
    case spend_dimension::tag: return "tag";
    case spend_dimension::session: return "session";
    case spend_dimension::run: return "run";
    case spend_dimension::hour: return "hour";
    case spend_dimension::day: return "day";
  }
  return "?";
}

spend_report::spend_report(spend_dimension by, std::string zone)
    : by_{by}, zone_{std::move(zone)} {
}

std::string spend_report::time_of(wall_time at) {
  if (at < day_.begin || at >= day_.end)
    day_ = money::period_at(money::period::day, at, zone_);
  if (by_ == spend_dimension::day)
    return day_.label;
  return money::hour_text(day_.begin + std::chrono::floor<std::chrono::hours>(at - day_.begin),
                          zone_);
}

/// Each once; an empty one if the call has none.
std::vector<std::string> spend_report::names_of(const call_marks& call) {
  if (by_ == spend_dimension::model)
    return {call.model.value};
  if (by_ == spend_dimension::provider_key)
    return {call.key.value};
  if (is_time(by_))
    return {time_of(call.at)};
  std::vector<std::string> out;
  for (const money::scope_value& s : call.scopes) {
    // The account at the provider is charged under the same scope as a caller's key.
    const bool provider_key = by_ == spend_dimension::key && s.name == call.key.value;
    if (s.scope == to_string(by_) && !provider_key
        && std::ranges::find(out, s.name) == out.end())
      out.push_back(s.name);
  }
  if (out.empty())
    out.emplace_back();
  return out;
}

void spend_report::add(const call_intent& intent,
                       const std::optional<call_settlement>& settlement) {
  if (settlement && settlement->outcome == call_outcome::not_sent)
    return;
  forget_old(intent.at);
  const auto [entry, fresh] = open_.try_emplace(intent.request);
  open_request& request = entry->second;
  const bool fallback = !fresh && request.model != intent.model;
  request.model = intent.model;
  request.at = intent.at;
  for (std::string& name : names_of({intent.model, intent.key, intent.scopes, intent.at})) {
    spend_line& line = lines_[name];
    line.name = name;
    count(line, intent, settlement, fallback);
    if (request.lines.insert(std::move(name)).second)
      ++line.requests;
  }
  count(total_, intent, settlement, fallback);
  total_.requests += fresh ? 1 : 0;
}

void spend_report::add(const folded_calls& old) {
  for (const std::string& name : names_of({old.model, old.key, old.scopes, old.from})) {
    spend_line& line = lines_[name];
    line.name = name;
    count(line, old);
  }
  count(total_, old);
}

/// No request lasts longer than its longest deadline.
void spend_report::forget_old(wall_time now) {
  if (looked_at_ != wall_time::min() && now - looked_at_ < bounds::deadline_max)
    return;
  looked_at_ = now;
  std::erase_if(open_, [&](const auto& entry) {
    return now - entry.second.at > bounds::deadline_max;
  });
}

std::vector<spend_line> spend_report::lines() const {
  std::vector<spend_line> out;
  for (const auto& entry : lines_)
    out.push_back(entry.second);
  if (!is_time(by_))
    std::ranges::stable_sort(out, std::greater{}, &spend_line::cost);
  return out;
}

} // namespace spillway::report
