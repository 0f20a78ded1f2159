#include "core/bounds.hpp"
#include "core/rate/interval_log.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::rate;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t many = bounds::interval_log_entries_max * 3;

mono_time at(std::uint64_t n) {
  return mono_time{1h} + n * 10ms;
}

/// Call n is lease n + 1, takes n % 7 and counts until `at(n)`.
interval_log filled() {
  interval_log log;
  for (std::uint64_t n = 0; n < many; ++n)
    log.add({at(n), static_cast<std::int64_t>(n % 7), {n + 1}});
  return log;
}

} // namespace

TEST_CASE("a log that is full counts on, in bounded room, and gives nothing back early", "[rate]") {
  interval_log log = filled();
  CHECK(log.size() <= bounds::interval_log_entries_max);
  std::int64_t exact = 0;
  for (std::uint64_t n = 0; n < many; ++n)
    exact += static_cast<std::int64_t>(n % 7);
  CHECK(log.used() == exact);
  // All that counts for as long as it should, and at most a thousandth of the whole span longer.
  const duration late_most = (at(many) - at(0)) / 1000;
  std::int64_t gone_exactly = 0;
  std::int64_t gone_late = 0;
  std::uint64_t late = 0;
  for (std::uint64_t n = 0; n < many; ++n) {
    gone_exactly += static_cast<std::int64_t>(n % 7);
    for (; at(late) + late_most <= at(n); ++late)
      gone_late += static_cast<std::int64_t>(late % 7);
    if (n % 1000 != 0)
      continue;
    log.expire(at(n));
    REQUIRE(log.used() >= exact - gone_exactly);
    REQUIRE(log.used() <= exact - gone_late);
  }
}

TEST_CASE("the newest entries of a full log can still be corrected and taken out", "[rate]") {
  interval_log log = filled();
  const std::int64_t before = log.used();
  log.change({many}, at(many - 1), 1000);
  CHECK(log.used() == before - static_cast<std::int64_t>((many - 1) % 7) + 1000);
  CHECK(log.remove({many}, at(many - 1)));
  CHECK_FALSE(log.remove({1}, at(0))); // counted together with others
}

TEST_CASE("of entries that expire together the one that is meant is found", "[rate]") {
  interval_log log;
  for (std::uint64_t n = 1; n <= 1000; ++n)
    log.add({at(0), 1, {n}});
  log.change({500}, at(0), 11);
  CHECK(log.used() == 1010);
  CHECK(log.remove({1000}, at(0)));
  CHECK_FALSE(log.remove({1000}, at(0)));
  CHECK(log.used() == 1009);
  log.expire(at(0));
  CHECK(log.used() == 0);
}

TEST_CASE("a full log whose entries all expire together counts on", "[rate]") {
  interval_log log;
  for (std::uint64_t n = 1; n <= many; ++n)
    log.add({at(0), 1, {n}});
  CHECK(log.size() <= bounds::interval_log_entries_max);
  CHECK(log.used() == static_cast<std::int64_t>(many));
}
