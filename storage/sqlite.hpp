#pragma once

// Internal to storage: SQLite with owners and errors in words.

#include "core/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

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

  /// True if there is a row. Errors: in the database's words.
  result<bool> step();
  /// Runs it to its end and makes it ready for the next use.
  result<void> run();
  void reset();

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
  static result<database> open(const std::string& path);

  result<void> execute(const char* sql);
  result<statement> prepare(const char* sql);
  /// Rows that the last statement changed.
  std::size_t changes() const;
  const std::string& path() const noexcept { return path_; }

private:
  struct close {
    void operator()(sqlite3* db) const;
  };
  database(sqlite3* db, std::string path) : db_{db}, path_{std::move(path)} {}

  std::unique_ptr<sqlite3, close> db_;
  std::string path_;
};

/// What went wrong with `path`, and what to do.
error explain(sqlite3* db, const std::string& path);

} // namespace spillway::storage
