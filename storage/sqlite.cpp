#include "storage/sqlite.hpp"

#include <sqlite3.h>

namespace spillway::storage {
namespace {

const char* advice(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL: return "the disk is full; free some space";
    case SQLITE_READONLY: return "it cannot be written; check its permissions and the mount";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return "it is damaged or no journal; move it away to start a new one";
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return "another process has it open; give each runtime its own journal";
    case SQLITE_CANTOPEN:
      return "it cannot be opened; check that its folder exists and is writable";
    case SQLITE_IOERR: return "the disk failed; check the system's log";
    default: return "unexpected";
  }
}

} // namespace

error explain(sqlite3* db, const std::string& path) {
  const int code = sqlite3_extended_errcode(db);
  return {"journal '" + path + "': " + advice(code) + " (" + sqlite3_errmsg(db) + ")"};
}

void statement::finalize::operator()(sqlite3_stmt* s) const {
  sqlite3_finalize(s);
}

statement& statement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(prepared_.get(), index, value);
  return *this;
}

statement& statement::bind(int index, std::optional<std::int64_t> value) {
  if (value)
    return bind(index, *value);
  sqlite3_bind_null(prepared_.get(), index);
  return *this;
}

statement& statement::bind(int index, std::string_view text) {
  sqlite3_bind_text(prepared_.get(), index, text.data(), static_cast<int>(text.size()),
                    SQLITE_TRANSIENT);
  return *this;
}

result<bool> statement::step() {
  const int code = sqlite3_step(prepared_.get());
  if (code == SQLITE_ROW)
    return true;
  if (code == SQLITE_DONE)
    return false;
  sqlite3* db = sqlite3_db_handle(prepared_.get());
  error why = explain(db, sqlite3_db_filename(db, "main"));
  reset();
  return why;
}

result<void> statement::run() {
  while (true) {
    const auto row = step();
    if (!row)
      return row.failure();
    if (!*row)
      break;
  }
  reset();
  return {};
}

void statement::reset() {
  sqlite3_reset(prepared_.get());
}

bool statement::is_null(int column) const {
  return sqlite3_column_type(prepared_.get(), column) == SQLITE_NULL;
}

std::int64_t statement::integer(int column) const {
  return sqlite3_column_int64(prepared_.get(), column);
}

std::string statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(prepared_.get(), column));
  const int size = sqlite3_column_bytes(prepared_.get(), column);
  return bytes == nullptr ? std::string{} : std::string(bytes, static_cast<std::size_t>(size));
}

void database::close::operator()(sqlite3* db) const {
  sqlite3_close_v2(db);
}

result<database> database::open(const std::string& path, access how) {
  sqlite3* db = nullptr;
  const int mode =
      how == access::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(path.c_str(), &db, mode | SQLITE_OPEN_NOMUTEX, nullptr);
  database opened{db, path};
  if (code != SQLITE_OK)
    return explain(db, path);
  sqlite3_extended_result_codes(db, 1);
  return opened;
}

result<void> database::execute(const char* sql) {
  if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    return explain(db_.get(), path_);
  return {};
}

result<statement> database::prepare(const char* sql) {
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v3(db_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr)
      != SQLITE_OK)
    return explain(db_.get(), path_);
  return statement{prepared};
}

std::size_t database::changes() const {
  return static_cast<std::size_t>(sqlite3_changes(db_.get()));
}

void database::take_over_checkpoints() {
  sqlite3_wal_hook(
      db_.get(),
      [](void* pages, sqlite3*, const char*, int now) {
        *static_cast<int*>(pages) = now;
        return SQLITE_OK;
      },
      log_pages_.get());
}

result<void> database::checkpoint() {
  const int code =
      sqlite3_wal_checkpoint_v2(db_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  // A reader may hold it up: the next one gets further.
  if (code == SQLITE_OK || code == SQLITE_BUSY)
    return {};
  return explain(db_.get(), path_);
}

bool database::is_beyond_repair() const {
  switch (sqlite3_extended_errcode(db_.get())) {
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC: return true;
    default: break;
  }
  const int code = sqlite3_errcode(db_.get()) & 0xff;
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

bool database::has_moved() const {
  int moved = 0;
  sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return moved != 0;
}

result<transaction> transaction::begin(database& db, const char* how) {
  if (auto begun = db.execute(how); !begun)
    return begun.failure();
  return transaction{db};
}

transaction::~transaction() {
  if (db_ != nullptr)
    static_cast<void>(db_->execute("rollback"));
}

result<void> transaction::commit() {
  auto done = db_->execute("commit");
  if (done)
    db_ = nullptr;
  return done;
}

} // namespace spillway::storage
