#include "storage/ledger_audit.hpp"

#include "core/call_record.hpp"
#include "storage/schema.hpp"
#include "storage/scope_text.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace spillway::storage {
namespace {

using report::account_sum;
using report::ledger_check;

constexpr std::size_t damage_lines_max = 20;
/// Accounts of sessions and runs may be as many as calls; beyond this they are left out.
constexpr std::size_t accounts_max = 100'000;

std::uint64_t count_at(const statement& row, int column) {
  return static_cast<std::uint64_t>(row.integer(column));
}

/// One question whose answer should be zero.
struct rule {
  const char* count;
  const char* finding; ///< after the number
};

constexpr rule rules[] = {
    {"select count(*) from settlement where lease not in (select lease from intent)",
     "endings without a call"},
    {"select count(*) - count(distinct reservation) from intent",
     "calls that share a reservation with another"},
    {"select count(*) from settlement where outcome not between 0 and 3 or cost < 0 "
     "or input < 0 or output < 0",
     "endings that make no sense"},
    {"select count(*) from settlement where outcome = 1 and cost <> 0",
     "calls that were not sent and cost something"},
    {"select count(*) from intent where reserved_max < 0", "reservations below zero"},
    {"select count(*) from total where cost < 0 or settled < 0 or not_sent < 0 or rejected < 0",
     "sums of folded calls below zero"},
    {"select abs((select count(*) from trace) - waiting) + "
     "abs((select coalesce(sum(length(bytes)), 0) from trace) - waiting_bytes) from trace_total",
     "by which the count of waiting traces is wrong"},
};

class auditor {
public:
  auditor(database& db, money::period per, std::string zone)
      : db_{db}, per_{per}, zone_{std::move(zone)} {}

  result<ledger_check> look();

private:
  using account_key = std::tuple<std::string, std::string, std::string>;

  result<void> check_file();
  result<void> check_rules();
  result<void> count_calls();
  result<void> count_traces();
  result<void> sum_accounts();
  void charge(const std::vector<money::scope_value>& scopes, wall_time at, std::uint64_t calls,
              nano_usd cost, bool held);
  void charge(std::string scope, std::string name, std::uint64_t calls, nano_usd cost, bool held);

  database& db_;
  money::period per_;
  std::string zone_;
  money::period_span span_;
  std::map<account_key, account_sum> accounts_;
  bool too_many_ = false;
  ledger_check out_;
};

result<void> auditor::check_file() {
  const auto schema = schema_of(db_);
  if (!schema)
    return schema.failure();
  out_.schema = *schema;
  const std::string sql = "pragma integrity_check(" + std::to_string(damage_lines_max) + ")";
  return db_.each(sql.c_str(), [this](const statement& row) {
    if (std::string line = row.text(0); line != "ok")
      out_.damage.push_back(std::move(line));
  });
}

result<void> auditor::check_rules() {
  for (const rule& r : rules) {
    auto done = db_.each(r.count, [&](const statement& row) {
      if (row.integer(0) != 0)
        out_.findings.push_back(std::to_string(row.integer(0)) + " " + r.finding);
    });
    if (!done)
      return done;
  }
  return {};
}

result<void> auditor::count_calls() {
  report::call_counts& c = out_.calls;
  auto done = db_.each("select s.outcome, s.lease is null, count(*) from intent i "
                       "left join settlement s using(lease) group by 1, 2",
                       [&](const statement& row) {
                     const std::uint64_t calls = count_at(row, 2);
                     c.begun += calls;
                     if (row.integer(1) != 0) {
                       c.open += calls;
                       return;
                     }
                     switch (static_cast<call_outcome>(row.integer(0))) {
                       case call_outcome::settled: c.settled += calls; break;
                       case call_outcome::not_sent: c.not_sent += calls; break;
                       case call_outcome::rejected: c.rejected += calls; break;
                       case call_outcome::unknown: c.unknown += calls; break;
                     }
                   });
  if (!done)
    return done;
  return db_.each("select coalesce(sum(settled), 0), coalesce(sum(not_sent), 0), "
                  "coalesce(sum(rejected), 0) from total",
                  [&](const statement& row) {
                c.settled += count_at(row, 0);
                c.not_sent += count_at(row, 1);
                c.rejected += count_at(row, 2);
                c.folded = count_at(row, 0) + count_at(row, 1) + count_at(row, 2);
                c.begun += c.folded;
              });
}

result<void> auditor::count_traces() {
  return db_.each("select waiting, waiting_bytes, delivered, refused, dropped from trace_total",
                  [this](const statement& row) {
                report::trace_tally& t = out_.traces;
                t.waiting = count_at(row, 0);
                t.waiting_bytes = count_at(row, 1);
                t.delivered = count_at(row, 2);
                t.refused = count_at(row, 3);
                t.dropped = count_at(row, 4);
              });
}

void auditor::charge(std::string scope, std::string name, std::uint64_t calls, nano_usd cost,
                     bool held) {
  account_key key{std::move(scope), std::move(name), span_.label};
  auto it = accounts_.find(key);
  if (it == accounts_.end()) {
    if (accounts_.size() >= accounts_max) {
      too_many_ = true;
      return;
    }
    it = accounts_.emplace(std::move(key), account_sum{}).first;
  }
  it->second.calls += calls;
  it->second.spent += cost;
  if (held)
    it->second.held += cost;
}

void auditor::charge(const std::vector<money::scope_value>& scopes, wall_time at,
                     std::uint64_t calls, nano_usd cost, bool held) {
  if (cost == nano_usd{0})
    return;
  if (at < span_.begin || at >= span_.end)
    span_ = money::period_at(per_, at, zone_);
  out_.spent += cost;
  if (held)
    out_.held += cost;
  charge("global", {}, calls, cost, held);
  for (auto s = scopes.begin(); s != scopes.end(); ++s)
    if (std::find(scopes.begin(), s, *s) == s)
      charge(s->scope, s->name, calls, cost, held);
}

result<void> auditor::sum_accounts() {
  auto done = db_.each("select i.scopes, i.at, coalesce(s.cost, i.reserved_max), "
                       "s.outcome is null or s.outcome = 3 from intent i "
                       "left join settlement s using(lease) order by i.at",
                       [this](const statement& row) {
                     charge(decode_scopes(row.text(0)), wall_time_from_unix_nanos(row.integer(1)),
                            1, nano_usd{row.integer(2)}, row.integer(3) != 0);
                   });
  if (done)
    done = db_.each("select scopes, at, cost, paid from total order by at",
                    [this](const statement& row) {
      charge(decode_scopes(row.text(0)), wall_time_from_unix_nanos(row.integer(1)),
             count_at(row, 3), nano_usd{row.integer(2)}, false);
    });
  for (auto& [key, sum] : accounts_) {
    std::tie(sum.scope, sum.name, sum.period) = key;
    out_.accounts.push_back(std::move(sum));
  }
  if (too_many_)
    out_.findings.push_back("more than " + std::to_string(accounts_max)
                            + " accounts: the rest is left out of the list, not of the sum");
  return done;
}

result<ledger_check> auditor::look() {
  // One transaction, so that a runtime that goes on writing cannot make sums disagree.
  auto snapshot = transaction::begin(db_, "begin");
  if (!snapshot)
    return snapshot.failure();
  for (const auto step : {&auditor::check_file, &auditor::check_rules, &auditor::count_calls,
                          &auditor::count_traces, &auditor::sum_accounts})
    if (auto done = (this->*step)(); !done) {
      if (step == &auditor::check_file)
        return done.failure();
      out_.damage.push_back(done.failure().message);
      break;
    }
  return std::move(out_);
}

} // namespace

result<ledger_check> audit(database& db, money::period per, const std::string& zone) {
  return auditor{db, per, zone}.look();
}

report::folded_calls folded_at(const statement& row) {
  report::folded_calls f;
  f.from = wall_time_from_unix_nanos(row.integer(0));
  f.key = {row.text(1)};
  f.model = {row.text(2)};
  f.scopes = decode_scopes(row.text(3));
  f.calls.settled = count_at(row, 4);
  f.calls.not_sent = count_at(row, 5);
  f.calls.rejected = count_at(row, 6);
  f.calls.begun = f.calls.folded = f.calls.settled + f.calls.not_sent + f.calls.rejected;
  f.paid = count_at(row, 7);
  f.usage.input = token_count{row.integer(8)};
  f.usage.cached_input = token_count{row.integer(9)};
  f.usage.cache_write = token_count{row.integer(10)};
  f.usage.output = token_count{row.integer(11)};
  f.usage.reasoning = token_count{row.integer(12)};
  f.cost = nano_usd{row.integer(13)};
  return f;
}

} // namespace spillway::storage
