#include "storage/schema.hpp"

#include <array>
#include <string>

namespace spillway::storage {
namespace {

/// One step each; a file's user_version says how many it has taken. A step that has been released
/// is never changed.
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
    R"(alter table settlement add column sent integer not null default 0;)",
    // The traces on their way to Langfuse, and what a call that is never settled needs for its own.
    R"(alter table intent add column trace text not null default '';
       alter table intent add column parent_span text not null default '';
       alter table intent add column trace_name text not null default '';
       create table trace(
         number integer primary key autoincrement, at integer not null, bytes blob not null)
         strict;
       create table refused_trace(
         number integer primary key autoincrement, at integer not null, reason text not null,
         bytes blob not null) strict;
       create table trace_total(
         waiting integer not null, waiting_bytes integer not null, delivered integer not null,
         refused integer not null, dropped integer not null) strict;
       insert into trace_total values(0, 0, 0, 0, 0);
       create table probe(bytes blob not null) strict;
       create trigger trace_added after insert on trace begin
         update trace_total set waiting = waiting + 1,
           waiting_bytes = waiting_bytes + length(new.bytes); end;
       create trigger trace_replaced after update on trace begin
         update trace_total
           set waiting_bytes = waiting_bytes + length(new.bytes) - length(old.bytes); end;
       create trigger trace_removed after delete on trace begin
         update trace_total set waiting = waiting - 1,
           waiting_bytes = waiting_bytes - length(old.bytes); end;)",
    // Calls that no window and no open period needs any more, and what people set right by hand.
    R"(create table total(
         at integer not null, key text not null, model text not null, scopes text not null,
         settled integer not null, not_sent integer not null, rejected integer not null,
         paid integer not null, input integer not null, cached_input integer not null,
         cache_write integer not null, output integer not null, reasoning integer not null,
         cost integer not null, primary key(at, key, model, scopes)) strict, without rowid;
       create table correction(
         number integer primary key, lease integer not null, at integer not null,
         outcome_before integer not null, cost_before integer not null,
         outcome integer not null, cost integer not null, note text not null) strict;)",
    // What limiters have learnt of their providers.
    R"(create table lesson(
         key text not null, model text not null, dimension text not null,
         configured integer not null, announced integer, shrunk_by integer not null,
         paced integer not null, at integer not null, closed_until integer not null,
         primary key(key, model, dimension)) strict, without rowid;)",
};

} // namespace

std::size_t schema_version() noexcept {
  return migrations.size();
}

result<std::size_t> schema_of(database& db) {
  auto version = db.prepare("pragma user_version");
  if (!version)
    return version.failure();
  if (const auto row = version->step(); !row)
    return row.failure();
  return static_cast<std::size_t>(version->integer(0));
}

result<void> migrate(database& db) {
  auto change = transaction::begin(db, "begin exclusive");
  if (!change)
    return change.failure();
  const auto found = schema_of(db);
  if (!found)
    return found.failure();
  if (*found > migrations.size())
    return error{"journal '" + db.path() + "' has schema " + std::to_string(*found)
                 + ", and this program knows " + std::to_string(migrations.size())
                 + "; use a newer Spillway, or another file"};
  for (std::size_t i = *found; i < migrations.size(); ++i)
    if (auto done = db.execute(migrations[i]); !done)
      return done;
  const std::string mark = "pragma user_version = " + std::to_string(migrations.size());
  if (auto done = db.execute(mark.c_str()); !done)
    return done;
  return change->commit();
}

} // namespace spillway::storage
