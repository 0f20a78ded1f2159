#include "tests/soak/fatal_storage.hpp"

#include <sqlite3.h>

#include <array>
#include <charconv>
#include <csignal>
#include <memory>
#include <unistd.h>

namespace spillway::soak {
namespace {

using tests::storage_step;

constexpr std::array step_names{"wal_write", "wal_sync", "file_write", "file_sync"};
constexpr std::array strike_names{"before", "half", "after"};

bool is_sync(storage_step step) {
  return step == storage_step::wal_sync || step == storage_step::file_sync;
}

[[noreturn]] void die() {
  kill(getpid(), SIGKILL);
  for (;;)
    pause();
}

template <std::size_t N>
std::optional<std::size_t> index_in(const std::array<const char*, N>& names,
                                    std::string_view name) {
  for (std::size_t i = 0; i < N; ++i)
    if (name == names[i])
      return i;
  return std::nullopt;
}

} // namespace

std::string to_string(const death_plan& p) {
  return std::string{step_names[static_cast<std::size_t>(p.step)]} + ":" + std::to_string(p.count)
         + ":" + strike_names[static_cast<std::size_t>(p.how)];
}

std::optional<death_plan> read_death_plan(std::string_view text) {
  const auto first = text.find(':');
  const auto second = text.find(':', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos)
    return std::nullopt;
  const auto step = index_in(step_names, text.substr(0, first));
  const auto how = index_in(strike_names, text.substr(second + 1));
  const std::string_view digits = text.substr(first + 1, second - first - 1);
  death_plan p;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), p.count);
  if (!step || !how || failed != std::errc{} || end != digits.data() + digits.size()
      || p.count == 0)
    return std::nullopt;
  p.step = static_cast<storage_step>(*step);
  p.how = static_cast<strike>(*how);
  return p;
}

void plan_death(const death_plan& plan) {
  auto steps_left = std::make_shared<std::uint64_t>(plan.count);
  tests::storage_watch watch;
  watch.before = [plan, steps_left](storage_step step) {
    if (step != plan.step || *steps_left == 0 || --*steps_left > 0)
      return SQLITE_OK;
    if (plan.how == strike::before || (plan.how == strike::half && is_sync(step)))
      die();
    return plan.how == strike::half ? tests::write_half : SQLITE_OK;
  };
  watch.after = [plan, steps_left](storage_step step, const std::string&) {
    if (step == plan.step && *steps_left == 0)
      die();
  };
  tests::watch_storage(std::move(watch));
}

} // namespace spillway::soak
