#include "storage/key_store.hpp"

#include "storage/sqlite.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

namespace spillway::storage {
namespace {

/// One step of the schema each; a file's user_version says how many it has taken.
constexpr std::array migrations{
    R"(create table virtual_key(
         id text primary key, name text not null, salt text not null, digest text not null,
         created integer not null, expires integer, revoked integer,
         requests_per_minute integer, tokens_per_minute integer, concurrent_requests integer
       ) strict, without rowid;
       create table key_item(
         key text not null, kind text not null, place integer not null, value text not null,
         primary key(key, kind, place)) strict, without rowid;
       create table key_budget(
         key text not null, period text not null, limit_nano_usd integer not null,
         primary key(key, period)) strict, without rowid;)",
};

constexpr const char* set_up = R"(
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma busy_timeout = 2000;)";

constexpr const char* target_kind = "target";
constexpr const char* tag_kind = "tag";

std::optional<std::int64_t> number(const std::optional<wall_time>& t) {
  return t ? std::optional{to_unix_nanos(*t)} : std::nullopt;
}

std::optional<std::int64_t> integer_of(const statement& s, int column) {
  return s.is_null(column) ? std::nullopt : std::optional{s.integer(column)};
}

std::optional<wall_time> time_of(const statement& s, int column) {
  const auto nanos = integer_of(s, column);
  return nanos ? std::optional{wall_time_from_unix_nanos(*nanos)} : std::nullopt;
}

money::period period_of(std::string_view name) {
  for (const money::period p : {money::period::day, money::period::week})
    if (name == to_string(p))
      return p;
  return money::period::month;
}

result<std::int64_t> integer_from(database& db, const char* sql) {
  auto query = db.prepare(sql);
  if (!query)
    return query.failure();
  if (const auto row = query->step(); !row)
    return row.failure();
  return query->integer(0);
}

result<void> migrate(database& db) {
  const auto version = integer_from(db, "pragma user_version");
  if (!version)
    return version.failure();
  const auto found = static_cast<std::size_t>(*version);
  if (found > migrations.size())
    return error{"keys '" + db.path() + "' have schema " + std::to_string(found)
                 + ", and this program knows " + std::to_string(migrations.size())
                 + "; use a newer Spillway, or move the file away"};
  for (std::size_t i = found; i < migrations.size(); ++i) {
    auto change = transaction::begin(db);
    if (!change)
      return change.failure();
    const std::string step =
        std::string{migrations[i]} + "pragma user_version = " + std::to_string(i + 1);
    // Another process may have been faster.
    const auto now = integer_from(db, "pragma user_version");
    if (!now)
      return now.failure();
    if (static_cast<std::size_t>(*now) > i)
      continue;
    if (auto done = db.execute(step.c_str()); !done)
      return done;
    if (auto done = change->commit(); !done)
      return done;
  }
  return {};
}

access::virtual_key read_key(const statement& s) {
  access::virtual_key key{s.text(0), s.text(1), s.text(2), s.text(3),
                          wall_time_from_unix_nanos(s.integer(4))};
  key.expires = time_of(s, 5);
  key.revoked = time_of(s, 6);
  key.limits.requests_per_minute = integer_of(s, 7);
  key.limits.tokens_per_minute = integer_of(s, 8);
  key.limits.concurrent_requests = integer_of(s, 9);
  return key;
}

} // namespace

class key_store::file {
public:
  explicit file(database opened) : db{std::move(opened)} {}

  result<void> insert(const access::virtual_key& key);
  result<std::vector<access::virtual_key>> read();
  result<access::virtual_key> find(const std::string& id);
  result<void> update(const access::virtual_key& key);

  database db;
  std::int64_t seen = 0; ///< SQLite's count of the changes by others

private:
  result<void> insert_items(const access::virtual_key& key, const char* kind,
                            const std::vector<std::string>& values);
  result<void> insert_budgets(const access::virtual_key& key);
};

result<void> key_store::file::insert(const access::virtual_key& key) {
  auto row = db.prepare("insert into virtual_key values(?,?,?,?,?,?,?,?,?,?)");
  if (!row)
    return row.failure();
  row->bind(1, std::string_view{key.id})
      .bind(2, std::string_view{key.name})
      .bind(3, std::string_view{key.salt})
      .bind(4, std::string_view{key.digest})
      .bind(5, to_unix_nanos(key.created))
      .bind(6, number(key.expires))
      .bind(7, number(key.revoked))
      .bind(8, key.limits.requests_per_minute)
      .bind(9, key.limits.tokens_per_minute)
      .bind(10, key.limits.concurrent_requests);
  if (auto done = row->run(); !done)
    return done;
  if (auto done = insert_items(key, target_kind, key.targets); !done)
    return done;
  if (auto done = insert_items(key, tag_kind, key.tags); !done)
    return done;
  return insert_budgets(key);
}

result<void> key_store::file::insert_items(const access::virtual_key& key, const char* kind,
                                           const std::vector<std::string>& values) {
  auto row = db.prepare("insert into key_item values(?,?,?,?)");
  if (!row)
    return row.failure();
  std::int64_t place = 0;
  for (const std::string& value : values) {
    row->bind(1, std::string_view{key.id})
        .bind(2, std::string_view{kind})
        .bind(3, place++)
        .bind(4, std::string_view{value});
    if (auto done = row->run(); !done)
      return done;
  }
  return {};
}

result<void> key_store::file::insert_budgets(const access::virtual_key& key) {
  auto row = db.prepare("insert into key_budget values(?,?,?)");
  if (!row)
    return row.failure();
  for (const access::key_budget& b : key.budgets) {
    row->bind(1, std::string_view{key.id})
        .bind(2, std::string_view{to_string(b.per)})
        .bind(3, b.limit.value());
    if (auto done = row->run(); !done)
      return done;
  }
  return {};
}

result<std::vector<access::virtual_key>> key_store::file::read() {
  std::vector<access::virtual_key> keys;
  const auto of = [&](const std::string& id) {
    return std::ranges::find(keys, id, &access::virtual_key::id);
  };
  auto done = db.each("select * from virtual_key order by created, id",
                      [&](const statement& s) { keys.push_back(read_key(s)); });
  if (done)
    done = db.each("select key, kind, value from key_item order by key, kind, place",
                   [&](const statement& s) {
                  if (const auto key = of(s.text(0)); key != keys.end())
                    (s.text(1) == tag_kind ? key->tags : key->targets).push_back(s.text(2));
                });
  if (done)
    done = db.each("select key, period, limit_nano_usd from key_budget order by key, period",
                   [&](const statement& s) {
                  if (const auto key = of(s.text(0)); key != keys.end())
                    key->budgets.push_back({period_of(s.text(1)), nano_usd{s.integer(2)}});
                });
  if (!done)
    return done.failure();
  return keys;
}

result<access::virtual_key> key_store::file::find(const std::string& id) {
  const auto keys = read();
  if (!keys)
    return keys.failure();
  const auto key = std::ranges::find(*keys, id, &access::virtual_key::id);
  if (key == keys->end())
    return error{"there is no key with the id `" + id
                 + "`; `spillway keys list` and GET /admin/keys show ids"};
  return *key;
}

result<void> key_store::file::update(const access::virtual_key& key) {
  auto row = db.prepare("update virtual_key set salt = ?, digest = ?, revoked = ? where id = ?");
  if (!row)
    return row.failure();
  row->bind(1, std::string_view{key.salt})
      .bind(2, std::string_view{key.digest})
      .bind(3, number(key.revoked))
      .bind(4, std::string_view{key.id});
  return row->run();
}

result<std::unique_ptr<key_store>> key_store::open(const std::string& path) {
  auto db = database::open(path);
  if (!db)
    return db.failure();
  if (auto done = db->execute(set_up); !done)
    return done.failure();
  if (auto done = migrate(*db); !done)
    return done.failure();
  std::error_code ignored;
  using std::filesystem::perms;
  std::filesystem::permissions(path, perms::owner_read | perms::owner_write, ignored);
  return std::unique_ptr<key_store>{new key_store{std::make_unique<file>(std::move(*db))}};
}

std::string key_store::path_beside(const std::string& journal_path) {
  return journal_path + "-keys";
}

key_store::key_store(std::unique_ptr<file> f) : file_{std::move(f)} {
}

key_store::~key_store() = default;

result<void> key_store::add(const access::virtual_key& key, wall_time now) {
  if (auto checked = access::check_virtual_key(key); !checked)
    return checked;
  auto change = transaction::begin(file_->db);
  if (!change)
    return change.failure();
  const auto keys = file_->read();
  if (!keys)
    return keys.failure();
  if (keys->size() >= bounds::virtual_keys_max)
    return error{"there are " + std::to_string(keys->size())
                 + " keys, as many as one gateway takes"};
  for (const access::virtual_key& other : *keys)
    if (other.name == key.name && !other.revoked)
      return error{"there is a key `" + key.name + "` already"
                   + (other.is_live(now) ? "; rotate it, or revoke it first"
                                         : ", which has expired; revoke it first")};
  if (auto done = file_->insert(key); !done)
    return done;
  return change->commit();
}

result<access::virtual_key> key_store::revoke(const std::string& id, wall_time now) {
  auto change = transaction::begin(file_->db);
  if (!change)
    return change.failure();
  auto key = file_->find(id);
  if (!key || key->revoked)
    return key;
  key->revoked = now;
  if (auto done = file_->update(*key); !done)
    return done.failure();
  if (auto done = change->commit(); !done)
    return done.failure();
  return key;
}

result<access::virtual_key> key_store::rotate(const std::string& id, const std::string& salt,
                                              const std::string& digest, wall_time now) {
  auto change = transaction::begin(file_->db);
  if (!change)
    return change.failure();
  auto key = file_->find(id);
  if (!key)
    return key;
  if (!key->is_live(now))
    return error{"key `" + key->name + "` has been revoked or has expired; create another"};
  key->salt = salt;
  key->digest = digest;
  if (auto done = file_->update(*key); !done)
    return done.failure();
  if (auto done = change->commit(); !done)
    return done.failure();
  return key;
}

result<std::vector<access::virtual_key>> key_store::load() {
  return file_->read();
}

result<bool> key_store::was_changed_elsewhere() {
  const auto version = integer_from(file_->db, "pragma data_version");
  if (!version)
    return version.failure();
  return std::exchange(file_->seen, *version) != *version;
}

} // namespace spillway::storage
