#pragma once

#include "storage/journal.hpp"

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

namespace spillway::tests {

inline const wall_time noon = wall_time_from_unix_nanos(1'795'521'600'000'000'000);

/// A folder of its own, gone with the test.
struct scratch {
  scratch() { REQUIRE(mkdtemp(folder.data()) != nullptr); }
  ~scratch() { std::filesystem::remove_all(folder); }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  std::string file() const { return folder + "/journal"; }
  std::string folder = "/tmp/spillway-journal-XXXXXX";
};

inline std::unique_ptr<storage::journal> open_or_fail(const std::string& path) {
  auto opened = storage::journal::open(path);
  if (!opened)
    FAIL(opened.failure().message);
  return std::move(*opened);
}

inline call_intent intent(std::uint64_t n, wall_time at = noon) {
  return {{n},
          {n},
          {n},
          1,
          {"key"},
          {"model"},
          token_count{100},
          nano_usd{1000},
          {{"team", "red:1"}, {"tag", ""}},
          at,
          {"trace", "parent", "name"}};
}

inline call_settlement settlement(std::uint64_t n, call_outcome how = call_outcome::settled) {
  using namespace std::chrono_literals;
  call_settlement s;
  s.lease = {n};
  s.outcome = how;
  s.charged = token_count{70};
  s.cost = nano_usd{how == call_outcome::settled ? 400 : how == call_outcome::unknown ? 1000 : 0};
  s.at = noon + 1s;
  s.sent_at = noon + 200ms;
  return s;
}

/// Another program's look into a file.
inline std::int64_t number_in(const std::string& path, const char* sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  sqlite3_stmt* query = nullptr;
  REQUIRE(sqlite3_prepare_v2(db, sql, -1, &query, nullptr) == SQLITE_OK);
  REQUIRE(sqlite3_step(query) == SQLITE_ROW);
  const std::int64_t found = sqlite3_column_int64(query, 0);
  sqlite3_finalize(query);
  sqlite3_close(db);
  return found;
}

inline void exec_in(const std::string& path, const char* sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
}

} // namespace spillway::tests
