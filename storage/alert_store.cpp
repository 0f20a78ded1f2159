#include "storage/alert_store.hpp"

#include "storage/sqlite.hpp"

#include <array>
#include <limits>
#include <optional>
#include <utility>

namespace spillway::storage {
namespace {

/// One step of the schema each; a file's user_version says how many it has taken.
constexpr std::array migrations{
    R"(create table incident(
         rule text not null, subject text not null, period text not null,
         severity integer not null, text text not null, once_until integer not null,
         since integer not null, last integer not null, ended integer not null,
         told_at integer not null, told_alone integer not null, goes_on integer not null,
         closed integer not null, primary key(rule, subject, period)) strict, without rowid;
       create table notice(
         id integer primary key, kind integer not null, rule text not null,
         subject text not null, period text not null, severity integer not null,
         text text not null, at integer not null, since integer not null,
         count integer not null) strict;
       create table delivery(
         notice integer not null, target text not null,
         primary key(notice, target)) strict, without rowid;)",
};

constexpr const char* set_up = R"(
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma busy_timeout = 250;)";

/// Stands for an absent time: 1677, when nothing was told.
constexpr std::int64_t never = std::numeric_limits<std::int64_t>::min();

std::int64_t number(const std::optional<wall_time>& t) {
  return t ? to_unix_nanos(*t) : never;
}

std::optional<wall_time> time_of(std::int64_t nanos) {
  return nanos == never ? std::nullopt : std::optional{wall_time_from_unix_nanos(nanos)};
}

result<void> migrate(database& db) {
  auto version = db.prepare("pragma user_version");
  if (!version)
    return version.failure();
  if (const auto row = version->step(); !row)
    return row.failure();
  const auto found = static_cast<std::size_t>(version->integer(0));
  version->reset();
  if (found > migrations.size())
    return error{"alerts '" + db.path() + "' have schema " + std::to_string(found)
                 + ", and this program knows " + std::to_string(migrations.size())
                 + "; use a newer Spillway, or move the file away"};
  for (std::size_t i = found; i < migrations.size(); ++i) {
    const std::string step = std::string{"begin immediate;"} + migrations[i]
                             + "pragma user_version = " + std::to_string(i + 1) + "; commit;";
    if (auto done = db.execute(step.c_str()); !done) {
      static_cast<void>(db.execute("rollback"));
      return done;
    }
  }
  return {};
}

/// Binds rule, subject and period from `first` on.
statement& bind_key(statement& s, int first, const alerts::finding_key& key) {
  return s.bind(first, std::string_view{key.rule})
      .bind(first + 1, std::string_view{key.subject})
      .bind(first + 2, std::string_view{key.period});
}

alerts::finding read_finding(const statement& s, int first) {
  return {{s.text(first), s.text(first + 1), s.text(first + 2)},
          static_cast<alert_severity>(s.integer(first + 3)),
          s.text(first + 4)};
}

} // namespace

class alert_store::file {
public:
  explicit file(database opened) : db{std::move(opened)} {}

  result<void> prepare();
  result<void> write(const alerts::memory_change& change);
  result<std::vector<alerts::incident>> read_incidents();
  result<std::vector<alerts::undelivered_notice>> read_undelivered();

  database db;

private:
  result<void> forget(const alerts::finding_key& key);
  result<void> keep(const alerts::incident& i);
  result<void> queue(const alerts::undelivered_notice& n);
  result<void> settle(const alerts::settled_delivery& d);

  statement forget_;
  statement keep_;
  statement insert_notice_;
  statement insert_delivery_;
  statement delete_delivery_;
  statement delete_notice_;
};

result<void> alert_store::file::prepare() {
  const std::array<std::pair<statement*, const char*>, 6> all{{
      {&forget_, "delete from incident where rule = ? and subject = ? and period = ?"},
      {&keep_, "insert or replace into incident values(?,?,?,?,?,?,?,?,?,?,?,?,?)"},
      {&insert_notice_, "insert or ignore into notice values(?,?,?,?,?,?,?,?,?,?)"},
      {&insert_delivery_, "insert or ignore into delivery values(?,?)"},
      {&delete_delivery_, "delete from delivery where notice = ? and target = ?"},
      {&delete_notice_, "delete from notice where id = ?1 "
                        "and not exists (select 1 from delivery where notice = ?1)"},
  }};
  for (const auto& [where, sql] : all) {
    auto prepared = db.prepare(sql);
    if (!prepared)
      return prepared.failure();
    *where = std::move(*prepared);
  }
  return {};
}

result<void> alert_store::file::forget(const alerts::finding_key& key) {
  return bind_key(forget_, 1, key).run();
}

result<void> alert_store::file::keep(const alerts::incident& i) {
  return bind_key(keep_, 1, i.what.key)
      .bind(4, static_cast<std::int64_t>(i.what.severity))
      .bind(5, std::string_view{i.what.text})
      .bind(6, to_unix_nanos(i.what.once_until))
      .bind(7, to_unix_nanos(i.since))
      .bind(8, to_unix_nanos(i.last))
      .bind(9, number(i.ended))
      .bind(10, number(i.told_at))
      .bind(11, static_cast<std::int64_t>(i.told_alone))
      .bind(12, static_cast<std::int64_t>(i.goes_on))
      .bind(13, static_cast<std::int64_t>(i.closed))
      .run();
}

result<void> alert_store::file::queue(const alerts::undelivered_notice& n) {
  const alerts::notice& what = *n.notice.what;
  const auto id = static_cast<std::int64_t>(n.notice.id);
  insert_notice_.bind(1, id).bind(2, static_cast<std::int64_t>(what.kind));
  auto done = bind_key(insert_notice_, 3, what.what.key)
                  .bind(6, static_cast<std::int64_t>(what.what.severity))
                  .bind(7, std::string_view{what.what.text})
                  .bind(8, to_unix_nanos(what.at))
                  .bind(9, to_unix_nanos(what.since))
                  .bind(10, what.count)
                  .run();
  for (auto target = n.targets.begin(); done && target != n.targets.end(); ++target)
    done = insert_delivery_.bind(1, id).bind(2, std::string_view{*target}).run();
  return done;
}

result<void> alert_store::file::settle(const alerts::settled_delivery& d) {
  const auto id = static_cast<std::int64_t>(d.notice);
  if (auto done = delete_delivery_.bind(1, id).bind(2, std::string_view{d.target}).run(); !done)
    return done;
  return delete_notice_.bind(1, id).run();
}

result<void> alert_store::file::write(const alerts::memory_change& change) {
  for (const alerts::finding_key& key : change.forgotten)
    if (auto done = forget(key); !done)
      return done;
  for (const alerts::incident& i : change.incidents)
    if (auto done = keep(i); !done)
      return done;
  for (const alerts::undelivered_notice& n : change.queued)
    if (auto done = queue(n); !done)
      return done;
  for (const alerts::settled_delivery& d : change.settled)
    if (auto done = settle(d); !done)
      return done;
  return {};
}

result<std::vector<alerts::incident>> alert_store::file::read_incidents() {
  auto query = db.prepare("select rule, subject, period, severity, text, once_until, since, last, "
                          "ended, told_at, told_alone, goes_on, closed from incident "
                          "order by rule, subject, period");
  if (!query)
    return query.failure();
  return query->rows([](const statement& row) {
    alerts::incident i;
    i.what = read_finding(row, 0);
    i.what.once_until = wall_time_from_unix_nanos(row.integer(5));
    i.since = wall_time_from_unix_nanos(row.integer(6));
    i.last = wall_time_from_unix_nanos(row.integer(7));
    i.ended = time_of(row.integer(8));
    i.told_at = time_of(row.integer(9));
    i.told_alone = row.integer(10) != 0;
    i.goes_on = row.integer(11) != 0;
    i.closed = row.integer(12) != 0;
    return i;
  });
}

result<std::vector<alerts::undelivered_notice>> alert_store::file::read_undelivered() {
  auto query = db.prepare("select id, kind, rule, subject, period, severity, text, at, since, "
                          "count, target from notice join delivery on notice = id "
                          "order by id, target");
  if (!query)
    return query.failure();
  std::vector<alerts::undelivered_notice> out;
  auto done = query->each([&](const statement& row) {
    const auto id = static_cast<std::uint64_t>(row.integer(0));
    if (out.empty() || out.back().notice.id != id) {
      alerts::notice n{static_cast<alerts::notice_kind>(row.integer(1)), read_finding(row, 2),
                       wall_time_from_unix_nanos(row.integer(7)),
                       wall_time_from_unix_nanos(row.integer(8)), row.integer(9)};
      out.push_back({{id, std::make_shared<const alerts::notice>(std::move(n))}, {}});
    }
    out.back().targets.push_back(row.text(10));
  });
  if (!done)
    return done.failure();
  return out;
}

alert_store::alert_store(std::unique_ptr<file> f) : file_{std::move(f)} {
}
alert_store::~alert_store() = default;

std::string alert_store::path_beside(const std::string& journal_path) {
  return journal_path + "-alerts";
}

result<std::unique_ptr<alert_store>> alert_store::open(const std::string& path) {
  auto db = database::open(path);
  if (!db)
    return db.failure();
  if (auto done = db->execute(set_up); !done)
    return done.failure();
  if (auto done = migrate(*db); !done)
    return done.failure();
  auto f = std::make_unique<file>(std::move(*db));
  if (auto ready = f->prepare(); !ready)
    return ready.failure();
  return std::unique_ptr<alert_store>{new alert_store{std::move(f)}};
}

result<void> alert_store::commit(const alerts::memory_change& change) {
  if (auto begun = file_->db.execute("begin immediate"); !begun)
    return begun;
  auto done = file_->write(change);
  if (done)
    done = file_->db.execute("commit");
  if (!done)
    static_cast<void>(file_->db.execute("rollback"));
  return done;
}

result<alerts::memory> alert_store::load() {
  auto incidents = file_->read_incidents();
  if (!incidents)
    return incidents.failure();
  auto undelivered = file_->read_undelivered();
  if (!undelivered)
    return undelivered.failure();
  return alerts::memory{std::move(*incidents), std::move(*undelivered)};
}

} // namespace spillway::storage
