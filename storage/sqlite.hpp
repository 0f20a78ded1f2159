#pragma once

// Internal to storage: SQLite with owners and errors in words.

#include "core/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace spillway::storage {

/// A prepared statement. Bound from 1, columns read from 0, as SQLite counts.
class statement {
public:
  statement() = default;
  explicit statement(sqlite3_stmt* prepared) : prepared_{prepared} {}

  statement& bind(int index, std::int64_t value);
  statement& bind(int index, std::string_view text);
  statement& bind(int index, std::optional<std::int64_t> value); ///< absent: null

  /// True if there is a row. Errors: in the database's words.
  result<bool> step();
  /// Runs it to its end and makes it ready for the next use.
  result<void> run();
  void reset();

  /// Shows each row that is left, in order: `show(const statement&)`.
  template <class Show>
  result<void> each(Show show) {
    while (true) {
      const auto row = step();
      if (!row)
        return row.failure();
      if (!*row)
        return {};
      show(std::as_const(*this));
    }
  }

  /// What `make(const statement&)` makes of each row that is left, in order.
  template <class Make>
  auto rows(Make make) -> result<std::vector<decltype(make(std::declval<const statement&>()))>> {
    std::vector<decltype(make(std::declval<const statement&>()))> out;
    if (auto done = each([&](const statement& row) { out.push_back(make(row)); }); !done)
      return done.failure();
    return out;
  }

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::string text(int column) const;

private:
  struct finalize {
    void operator()(sqlite3_stmt* s) const;
  };
  std::unique_ptr<sqlite3_stmt, finalize> prepared_;
};

/// An open database.
class database {
public:
  enum class access { read, write };
  /// `write` creates the file if there is none.
  static result<database> open(const std::string& path, access how = access::write);

  result<void> execute(const char* sql);
  result<statement> prepare(const char* sql);
  /// Shows each row of a query that binds nothing.
  template <class Show>
  result<void> each(const char* sql, Show show) {
    auto query = prepare(sql);
    if (!query)
      return query.failure();
    return query->each(std::move(show));
  }
  /// Rows that the last statement changed.
  std::size_t changes() const;
  const std::string& path() const noexcept { return path_; }

  /// From now on checkpoints are ours to make: SQLite's own keep quiet about a sync that failed.
  void take_over_checkpoints();
  /// Pages in the write-ahead log after the last commit.
  int log_pages() const noexcept { return *log_pages_; }
  /// Moves what it can from the log to the file. Errors: the disk is full or failing; nothing is
  /// lost, it is all still in the log.
  result<void> checkpoint();

  /// True if the last failure leaves nobody knowing what is on the disk. After a sync that failed
  /// the system may have dropped what it could not write, and a second one would pretend.
  bool is_beyond_repair() const;
  /// True if the open file is no longer the one at `path()`.
  bool has_moved() const;

private:
  struct close {
    void operator()(sqlite3* db) const;
  };
  database(sqlite3* db, std::string path) : db_{db}, path_{std::move(path)} {}

  std::unique_ptr<sqlite3, close> db_;
  std::string path_;
  std::unique_ptr<int> log_pages_ = std::make_unique<int>(0); ///< SQLite holds its address
};

/// Rolls back unless it was committed.
class transaction {
public:
  static result<transaction> begin(database& db, const char* how = "begin immediate");
  transaction(transaction&& other) noexcept : db_{std::exchange(other.db_, nullptr)} {}
  ~transaction();
  result<void> commit();

private:
  explicit transaction(database& db) : db_{&db} {}
  database* db_;
};

/// What went wrong with `path`, and what to do.
error explain(sqlite3* db, const std::string& path);

} // namespace spillway::storage
