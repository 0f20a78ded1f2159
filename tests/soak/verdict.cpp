#include "tests/soak/verdict.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>

namespace spillway::soak {
namespace {

constexpr std::int64_t minute_ns = 60'000'000'000;
constexpr std::int64_t day_ns = 24 * 60 * minute_ns;
constexpr std::size_t findings_max = 20;

class judgement {
public:
  judgement(const evidence& given, const config::settings& settings)
      : given_{given}, settings_{settings} {}

  verdict pass();

private:
  using ledger_map = std::map<std::uint64_t, const ledger_row*>;

  void match_calls();
  void match_call(const provider_call& call);
  void match_spans();
  void watch_windows(const model_entry& model);
  void watch_window(const std::string& what, std::optional<std::int64_t> limit,
                    std::int64_t period_ns, const std::vector<const provider_call*>& calls,
                    std::int64_t (*amount)(const provider_call&));
  void balance_accounts();
  nano_usd ledger_sum(const account_end& account) const;
  nano_usd provider_sum(const account_end& account) const;
  nano_usd cost_of(const provider_call& call) const;
  void find(std::uint64_t verdict::*kind, std::string text);

  const evidence& given_;
  const config::settings& settings_;
  ledger_map ledger_;
  verdict out_;
};

void judgement::find(std::uint64_t verdict::*kind, std::string text) {
  ++(out_.*kind);
  if (out_.findings.size() < findings_max)
    out_.findings.push_back(std::move(text));
}

nano_usd judgement::cost_of(const provider_call& call) const {
  const auto model = std::ranges::find(settings_.models, model_id{call.model}, &model_entry::id);
  if (model == settings_.models.end())
    return {};
  token_usage usage;
  usage.input = token_count{call.input};
  usage.output = token_count{call.output};
  return money::cost_of(usage, model->pricing, wall_time_from_unix_nanos(1))
      .value_or(money::call_cost{})
      .total;
}

// -- calls ----------------------------------------------------------------------------------------

void judgement::match_call(const provider_call& call) {
  const std::string name = "call " + std::to_string(call.lease);
  const auto found = ledger_.find(call.lease);
  if (found == ledger_.end())
    return find(&verdict::lost, name + ": the ledger has no intent of it");
  const auto& ending = found->second->settlement;
  if (!ending)
    return; // held at its maximum
  const nano_usd cost = cost_of(call);
  const std::string figures = name + ": the provider billed " + to_decimal_usd(cost)
                              + ", the ledger has " + to_decimal_usd(ending->cost);
  if (ending->outcome == call_outcome::not_sent)
    find(&verdict::lost, name + ": the ledger says it was not sent");
  else if (ending->cost < cost)
    find(&verdict::lost, figures);
  else if (ending->outcome == call_outcome::settled && ending->cost > cost)
    find(&verdict::counted_twice, figures);
}

void judgement::match_calls() {
  for (const ledger_row& row : given_.ledger)
    if (!ledger_.emplace(row.intent.lease.value, &row).second)
      find(&verdict::counted_twice,
           "call " + std::to_string(row.intent.lease.value) + ": the ledger has it twice");
  std::set<std::uint64_t> seen;
  for (const provider_call& call : given_.world.calls) {
    if (!seen.insert(call.lease).second)
      find(&verdict::lost, "call " + std::to_string(call.lease) + ": the provider had it twice");
    match_call(call);
  }
  for (const auto& [lease, row] : ledger_)
    if (row->settlement && row->settlement->outcome == call_outcome::settled
        && seen.count(lease) == 0)
      find(&verdict::counted_twice,
           "call " + std::to_string(lease) + ": settled, but the provider never had it");
}

void judgement::match_spans() {
  std::map<std::uint64_t, std::uint64_t> spans;
  for (const received_span& span : given_.world.spans)
    if (spans.emplace(span.lease, span.fingerprint).first->second != span.fingerprint)
      find(&verdict::counted_twice,
           "call " + std::to_string(span.lease) + ": Langfuse got two different spans of it");
  for (const provider_call& call : given_.world.calls)
    if (spans.count(call.lease) == 0)
      find(&verdict::lost, "call " + std::to_string(call.lease) + ": Langfuse has no span of it");
  if (given_.traces_pending + given_.traces_dead > 0)
    find(&verdict::lost, std::to_string(given_.traces_pending) + " spans were not delivered and "
                             + std::to_string(given_.traces_dead) + " were given up");
}

// -- windows --------------------------------------------------------------------------------------

void judgement::watch_window(const std::string& what, std::optional<std::int64_t> limit,
                             std::int64_t period_ns, const std::vector<const provider_call*>& calls,
                             std::int64_t (*amount)(const provider_call&)) {
  if (!limit)
    return;
  std::int64_t used = 0;
  auto oldest = calls.begin();
  for (const provider_call* call : calls) {
    for (; (*oldest)->arrived_ns + period_ns <= call->arrived_ns; ++oldest)
      used -= amount(**oldest);
    used += amount(*call);
    if (used > *limit)
      find(&verdict::window_exceeded, what + ": " + std::to_string(used) + " of "
                                          + std::to_string(*limit) + " with call "
                                          + std::to_string(call->lease));
  }
}

void judgement::watch_windows(const model_entry& model) {
  std::vector<const provider_call*> calls;
  for (const provider_call& call : given_.world.calls)
    if (call.model == model.upstream_name)
      calls.push_back(&call);
  const auto one = [](const provider_call&) -> std::int64_t { return 1; };
  const auto tokens = [](const provider_call& c) { return c.charged; };
  const std::string& name = model.id.value;
  watch_window(name + ", requests a minute", model.limits.requests_per_minute, minute_ns, calls,
               one);
  watch_window(name + ", tokens a minute", model.limits.tokens_per_minute, minute_ns, calls,
               tokens);
  watch_window(name + ", requests a day", model.limits.requests_per_day, day_ns, calls, one);
}

// -- money ----------------------------------------------------------------------------------------

bool concerns(const account_end& account, const ledger_row& row) {
  if (account.name.starts_with("global "))
    return true;
  return std::ranges::any_of(row.intent.scopes, [&](const money::scope_value& s) {
    return account.name.starts_with(s.scope + " " + s.name + " ");
  });
}

nano_usd judgement::ledger_sum(const account_end& account) const {
  nano_usd sum;
  for (const ledger_row& row : given_.ledger)
    if (concerns(account, row))
      sum += row.settlement ? row.settlement->cost : row.intent.reserved_max;
  return sum;
}

nano_usd judgement::provider_sum(const account_end& account) const {
  nano_usd sum;
  for (const provider_call& call : given_.world.calls)
    if (const auto row = ledger_.find(call.lease);
        row != ledger_.end() && concerns(account, *row->second))
      sum += cost_of(call);
  return sum;
}

void judgement::balance_accounts() {
  for (const account_end& account : given_.accounts) {
    const nano_usd billed = provider_sum(account);
    const nano_usd posted = ledger_sum(account);
    const nano_usd held = account.spent + account.reserved;
    const std::string figures = account.name + ": limit " + to_decimal_usd(account.limit)
                                + ", billed " + to_decimal_usd(billed) + ", in the ledger "
                                + to_decimal_usd(posted) + ", in the account "
                                + to_decimal_usd(held);
    if (billed > account.limit || posted > account.limit || held > account.limit)
      find(&verdict::budget_exceeded, figures);
    if (held < posted)
      find(&verdict::lost, figures);
    else if (held > posted)
      find(&verdict::counted_twice, figures);
  }
}

verdict judgement::pass() {
  match_calls();
  match_spans();
  for (const model_entry& model : settings_.models)
    watch_windows(model);
  for (std::uint64_t i = 0; i < given_.world.refused_by_limits; ++i)
    find(&verdict::window_exceeded, "the provider refused a call because of its limits");
  balance_accounts();
  return std::move(out_);
}

} // namespace

verdict judge(const evidence& given, const config::settings& settings) {
  return judgement{given, settings}.pass();
}

} // namespace spillway::soak
