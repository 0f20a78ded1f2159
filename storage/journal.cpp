#include "storage/journal.hpp"

#include "storage/scope_text.hpp"
#include "storage/sqlite.hpp"

#include <array>
#include <utility>

namespace spillway::storage {
namespace {

/// One step of the schema each; a file's user_version says how many it has taken.
constexpr std::array migrations{
    R"(create table intent(
         lease integer primary key, reservation integer not null, request integer not null,
         attempt integer not null, key text not null, model text not null,
         charged integer not null, reserved_max integer not null, scopes text not null,
         at integer not null) strict;
       create table settlement(
         lease integer primary key, outcome integer not null, charged integer not null,
         input integer not null, cached_input integer not null, cache_write integer not null,
         output integer not null, reasoning integer not null, estimated integer not null,
         cost integer not null, at integer not null) strict;
       create index intent_by_limiter on intent(key, model, at);
       create index intent_by_time on intent(at);)",
};

constexpr const char* set_up = R"(
  pragma locking_mode = exclusive;
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma busy_timeout = 250;)";

std::int64_t number(std::uint64_t id) {
  return static_cast<std::int64_t>(id);
}

std::int64_t number(call_outcome outcome) {
  return static_cast<std::int64_t>(outcome);
}

/// Applies the steps that the file lacks. Taking the write lock here also keeps others out.
result<void> migrate(database& db) {
  if (auto locked = db.execute("begin exclusive"); !locked)
    return locked;
  auto version = db.prepare("pragma user_version");
  if (!version)
    return version.failure();
  if (const auto row = version->step(); !row)
    return row.failure();
  const auto found = static_cast<std::size_t>(version->integer(0));
  version->reset();
  if (found > migrations.size()) {
    static_cast<void>(db.execute("rollback"));
    return error{"journal '" + db.path() + "' has schema " + std::to_string(found)
                 + ", and this program knows " + std::to_string(migrations.size())
                 + "; use a newer Spillway, or another file"};
  }
  for (std::size_t i = found; i < migrations.size(); ++i)
    if (auto done = db.execute(migrations[i]); !done)
      return done;
  const std::string mark = "pragma user_version = " + std::to_string(migrations.size());
  if (auto done = db.execute(mark.c_str()); !done)
    return done;
  return db.execute("commit");
}

/// Rolls back unless it was committed.
class transaction {
public:
  static result<transaction> begin(database& db) {
    if (auto begun = db.execute("begin immediate"); !begun)
      return begun.failure();
    return transaction{db};
  }
  transaction(transaction&& other) noexcept : db_{std::exchange(other.db_, nullptr)} {}
  ~transaction() {
    if (db_ != nullptr)
      static_cast<void>(db_->execute("rollback"));
  }
  result<void> commit() {
    auto done = db_->execute("commit");
    if (done)
      db_ = nullptr;
    return done;
  }

private:
  explicit transaction(database& db) : db_{&db} {}
  database* db_;
};

} // namespace

class journal::file {
public:
  explicit file(database opened) : db{std::move(opened)} {}

  result<void> prepare();
  result<void> write(const call_intent& row);
  result<void> write(const call_settlement& row);
  /// The number in the only row of a query without parameters.
  result<std::int64_t> number_of(const char* sql);

  database db;

private:
  statement insert_intent_;
  statement insert_settlement_;
};

result<void> journal::file::prepare() {
  auto intent = db.prepare("insert or ignore into intent values(?,?,?,?,?,?,?,?,?,?)");
  if (!intent)
    return intent.failure();
  auto settlement = db.prepare("insert or ignore into settlement values(?,?,?,?,?,?,?,?,?,?,?)");
  if (!settlement)
    return settlement.failure();
  insert_intent_ = std::move(*intent);
  insert_settlement_ = std::move(*settlement);
  return {};
}

result<void> journal::file::write(const call_intent& row) {
  const std::string scopes = encode_scopes(row.scopes);
  return insert_intent_.bind(1, number(row.lease.value))
      .bind(2, number(row.reservation.value))
      .bind(3, number(row.request.value))
      .bind(4, row.attempt)
      .bind(5, std::string_view{row.key.value})
      .bind(6, std::string_view{row.model.value})
      .bind(7, row.charged.value())
      .bind(8, row.reserved_max.value())
      .bind(9, std::string_view{scopes})
      .bind(10, to_unix_nanos(row.at))
      .run();
}

result<void> journal::file::write(const call_settlement& row) {
  const token_usage& u = row.usage;
  return insert_settlement_.bind(1, number(row.lease.value))
      .bind(2, number(row.outcome))
      .bind(3, row.charged.value())
      .bind(4, u.input.value())
      .bind(5, u.cached_input.value())
      .bind(6, u.cache_write.value())
      .bind(7, u.output.value())
      .bind(8, u.reasoning.value())
      .bind(9, static_cast<std::int64_t>(u.estimated))
      .bind(10, row.cost.value())
      .bind(11, to_unix_nanos(row.at))
      .run();
}

result<std::int64_t> journal::file::number_of(const char* sql) {
  auto query = db.prepare(sql);
  if (!query)
    return query.failure();
  const auto row = query->step();
  if (!row)
    return row.failure();
  return *row ? query->integer(0) : 0;
}

journal::journal(std::unique_ptr<file> f) : file_{std::move(f)} {
}
journal::~journal() = default;

result<std::unique_ptr<journal>> journal::open(const std::string& path) {
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
  return std::unique_ptr<journal>{new journal{std::move(f)}};
}

result<void> journal::commit(std::span<const call_intent> intents,
                             std::span<const call_settlement> settlements) {
  auto change = transaction::begin(file_->db);
  if (!change)
    return change.failure();
  for (const call_intent& row : intents)
    if (auto done = file_->write(row); !done)
      return done;
  for (const call_settlement& row : settlements)
    if (auto done = file_->write(row); !done)
      return done;
  return change->commit();
}

result<std::vector<rate::restored_lease>>
journal::leases_since(const key_id& key, const model_id& model, wall_time since) {
  auto query = file_->db.prepare(
      "select i.lease, i.charged, i.at, s.outcome, s.charged from intent i "
      "left join settlement s using(lease) where i.key = ?1 "
      "and (?2 = '' or i.model = ?2) and i.at >= ?3 and coalesce(s.outcome, -1) <> ?4 "
      "order by i.at");
  if (!query)
    return query.failure();
  query->bind(1, std::string_view{key.value}).bind(2, std::string_view{model.value});
  query->bind(3, to_unix_nanos(since)).bind(4, number(call_outcome::not_sent));
  std::vector<rate::restored_lease> out;
  while (true) {
    const auto row = query->step();
    if (!row)
      return row.failure();
    if (!*row)
      return out;
    const std::string outcome = query->text(3);
    const bool settled = outcome == std::to_string(number(call_outcome::settled));
    const bool rejected = outcome == std::to_string(number(call_outcome::rejected));
    const std::int64_t tokens = rejected ? 0 : query->integer(settled ? 4 : 1);
    out.push_back({{static_cast<std::uint64_t>(query->integer(0))},
                   {token_count{tokens}},
                   wall_time_from_unix_nanos(query->integer(2)),
                   settled || rejected});
  }
}

result<std::vector<money::restored_posting>> journal::postings_since(wall_time since) {
  auto query = file_->db.prepare(
      "select i.reservation, i.scopes, i.at, coalesce(s.cost, i.reserved_max), i.model "
      "from intent i left join settlement s using(lease) where i.at >= ? "
      "and coalesce(s.cost, i.reserved_max) <> 0 order by i.at");
  if (!query)
    return query.failure();
  query->bind(1, to_unix_nanos(since));
  std::vector<money::restored_posting> out;
  while (true) {
    const auto row = query->step();
    if (!row)
      return row.failure();
    if (!*row)
      return out;
    out.push_back({{static_cast<std::uint64_t>(query->integer(0))},
                   decode_scopes(query->text(1)),
                   wall_time_from_unix_nanos(query->integer(2)),
                   nano_usd{query->integer(3)},
                   true,
                   {query->text(4)}});
  }
}

result<std::uint64_t> journal::highest_request_id() {
  const auto highest = file_->number_of("select coalesce(max(request), 0) from intent");
  if (!highest)
    return highest.failure();
  return static_cast<std::uint64_t>(*highest);
}

result<std::size_t> journal::mark_unsettled_unknown(wall_time at) {
  auto change = file_->db.prepare(
      "insert into settlement select lease, ?, charged, 0, 0, 0, 0, 0, 1, reserved_max, ? "
      "from intent where lease not in (select lease from settlement)");
  if (!change)
    return change.failure();
  if (auto done = change->bind(1, number(call_outcome::unknown)).bind(2, to_unix_nanos(at)).run();
      !done)
    return done.failure();
  return file_->db.changes();
}

result<verification> journal::verify() {
  const auto count = [this](const char* sql) { return file_->number_of(sql); };
  const auto intents = count("select count(*) from intent");
  const auto settled = count("select count(*) from intent join settlement using(lease)");
  const auto orphans =
      count("select count(*) from settlement where lease not in (select lease from intent)");
  const auto spent = count("select coalesce(sum(cost), 0) from settlement");
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

result<std::size_t> journal::forget_before(wall_time limit) {
  auto change = transaction::begin(file_->db);
  if (!change)
    return change.failure();
  auto intents = file_->db.prepare(
      "delete from intent where at < ? and lease in (select lease from settlement)");
  if (!intents)
    return intents.failure();
  if (auto done = intents->bind(1, to_unix_nanos(limit)).run(); !done)
    return done.failure();
  const std::size_t forgotten = file_->db.changes();
  if (auto done =
          file_->db.execute("delete from settlement where lease not in (select lease from intent)");
      !done)
    return done.failure();
  if (auto done = change->commit(); !done)
    return done.failure();
  return forgotten;
}

} // namespace spillway::storage
