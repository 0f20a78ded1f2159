#include "storage/journal.hpp"

#include "storage/journal_file.hpp"
#include "storage/ledger_rows.hpp"
#include "storage/lesson_store.hpp"
#include "storage/retention.hpp"
#include "storage/scope_text.hpp"

#include <utility>

namespace spillway::storage {
namespace {

std::int64_t number(call_outcome outcome) {
  return static_cast<std::int64_t>(outcome);
}

} // namespace

journal::journal(std::unique_ptr<file> f) : file_{std::move(f)} {
}
journal::~journal() = default;

result<std::unique_ptr<journal>> journal::open(const std::string& path,
                                               std::size_t trace_bytes_max) {
  auto f = file::open(path, trace_bytes_max);
  if (!f)
    return f.failure();
  return std::unique_ptr<journal>{new journal{std::move(*f)}};
}

result<void> journal::commit(const journal_batch& batch, wall_time now) {
  return file_->change([&] { return file_->write(batch, now); });
}

result<void> journal::probe() {
  const std::string fill =
      "insert into probe values(zeroblob(" + std::to_string(bounds::journal_probe_bytes) + "))";
  if (auto done = file_->change([&] { return file_->db.execute(fill.c_str()); }); !done)
    return done;
  return file_->change([&] { return file_->db.execute("delete from probe"); });
}

bool journal::is_broken() const noexcept {
  return file_->broken.has_value();
}

result<std::vector<rate::restored_lease>>
journal::leases_since(const key_id& key, const model_id& model, wall_time since, wall_time now) {
  // Rows of the first schema do not say when they were sent. All models of a key are found by time,
  // one model by its own index.
  const std::string sql =
      std::string{"select i.lease, i.charged, iif(s.sent = 0, i.at, coalesce(s.sent, ?4)) as sent, "
                  "s.outcome, s.charged from intent i left join settlement s using(lease) where "}
      + (model.empty() ? "+i.key = ?1" : "i.key = ?1 and i.model = ?5")
      + " and i.at >= ?2 and coalesce(s.outcome, -1) <> ?3 order by sent";
  auto query = file_->db.prepare(sql.c_str());
  if (!query)
    return query.failure();
  query->bind(1, std::string_view{key.value}).bind(2, to_unix_nanos(since));
  query->bind(3, number(call_outcome::not_sent)).bind(4, to_unix_nanos(now));
  if (!model.empty())
    query->bind(5, std::string_view{model.value});
  return query->rows([](const statement& row) {
    const std::string outcome = row.text(3);
    const bool settled = outcome == std::to_string(number(call_outcome::settled));
    const bool rejected = outcome == std::to_string(number(call_outcome::rejected));
    const std::int64_t tokens = rejected ? 0 : row.integer(settled ? 4 : 1);
    return rate::restored_lease{{static_cast<std::uint64_t>(row.integer(0))},
                                {token_count{tokens}},
                                wall_time_from_unix_nanos(row.integer(2)),
                                settled || rejected};
  });
}

result<std::vector<money::restored_posting>> journal::postings_since(wall_time since) {
  auto query = file_->db.prepare(R"(
      select scopes, (at / ?2) * ?2, sum(cost), model, sum(calls) from (
        select i.scopes, i.at, coalesce(s.cost, i.reserved_max) as cost, i.model, 1 as calls
        from intent i left join settlement s using(lease) where i.at >= ?1
        union all select scopes, at, cost, model, paid from total where at >= ?1)
      where cost <> 0 group by 2, 4, 1 order by 2)");
  if (!query)
    return query.failure();
  query->bind(1, to_unix_nanos(since)).bind(2, quarter.count());
  return query->rows([](const statement& row) {
    return money::restored_posting{{},
                                   decode_scopes(row.text(0)),
                                   wall_time_from_unix_nanos(row.integer(1)),
                                   nano_usd{row.integer(2)},
                                   true,
                                   {row.text(3)},
                                   static_cast<std::uint64_t>(row.integer(4))};
  });
}

result<std::vector<rate::learnt_limit>> journal::lessons_of(const key_id& key,
                                                            const model_id& model) {
  return storage::lessons_of(file_->db, key, model);
}

result<std::uint64_t> journal::highest_request_id() {
  const auto highest =
      file_->number_of("select coalesce(max(request), 0) from "
                       "(select request from intent order by lease desc limit 1000)");
  if (!highest)
    return highest.failure();
  return static_cast<std::uint64_t>(*highest);
}

result<std::vector<call_intent>> journal::unsettled_calls() {
  const std::string sql = std::string{"select "} + intent_columns
                          + " from intent i where i.at >= (select max(at) from intent) - ?1 "
                            "and i.lease not in (select lease from settlement)";
  auto query = file_->db.prepare(sql.c_str());
  if (!query)
    return query.failure();
  query->bind(1, window_memory.count());
  return query->rows([](const statement& row) { return intent_at(row); });
}

result<std::vector<report::kept_trace>> journal::oldest_traces(std::size_t count_max,
                                                               std::size_t bytes_max) {
  return file_->traces->oldest(count_max, bytes_max);
}

result<report::trace_tally> journal::traces() {
  return file_->traces->tally();
}

result<verification> journal::verify() {
  const auto count = [this](const char* sql) { return file_->number_of(sql); };
  const auto intents = count("select count(*) from intent");
  const auto settled = count("select count(*) from intent join settlement using(lease)");
  const auto orphans =
      count("select count(*) from settlement where lease not in (select lease from intent)");
  const auto spent = count("select (select coalesce(sum(cost), 0) from settlement) "
                           "+ (select coalesce(sum(cost), 0) from total)");
  for (const auto* figure : {&intents, &settled, &orphans, &spent})
    if (!*figure)
      return figure->failure();
  verification v;
  v.intents = static_cast<std::size_t>(*intents);
  v.settled = static_cast<std::size_t>(*settled);
  v.unsettled = v.intents - v.settled;
  v.orphans = static_cast<std::size_t>(*orphans);
  v.spent = nano_usd{*spent};
  return v;
}

} // namespace spillway::storage
