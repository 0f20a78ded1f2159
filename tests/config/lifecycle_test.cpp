#include "config/lifecycle.hpp"
#include "tests/config/loading.hpp"

using namespace spillway;
using namespace spillway::config;
using namespace spillway::config::testing;

namespace {

wall_time day(int year, unsigned month, unsigned of_month) {
  return std::chrono::sys_days{std::chrono::year{year} / month / of_month};
}

/// The warning about "old" in the one route of this configuration; empty if there is none.
std::string warning_on(wall_time now) {
  const settings s = loaded("[routes]\ndefault = ['gpt-4o-mini']\nmine = ['old', 'gpt-4o-mini']\n"
                            "[models.old]\nprovider = 'openai'\ncontext = 10\noutput_max = 5\n"
                            "retired = 2026-10-23\nsuccessor = 'gpt-4o-mini'\n"
                            "limits = { requests_per_minute = 1 }\n"
                            "prices = [{ input = 1, output = 1 }]\n");
  for (const std::string& w : lifecycle_warnings(s, now))
    if (w.find("`old`") != std::string::npos)
      return w;
  return {};
}

} // namespace

TEST_CASE("a route that uses a retired model is warned of, with what to use instead") {
  CHECK(warning_on(day(2026, 10, 23))
        == "route `mine` uses `old`, which its vendor retired on 2026-10-23; its successor is "
           "`gpt-4o-mini`");
}

TEST_CASE("the warning comes two months before the end, and not earlier") {
  CHECK(warning_on(day(2026, 8, 24)).find("retires on 2026-10-23") != std::string::npos);
  CHECK(warning_on(day(2026, 8, 23)).empty());
}

TEST_CASE("routes that nobody wrote are warned of only if requests go there by default") {
  const settings s = loaded("[models.old]\nprovider = 'openai'\ncontext = 1000\noutput_max = 100\n"
                            "retired = 2026-10-23\nlimits = { requests_per_minute = 1 }\n"
                            "prices = [{ input = 1, output = 1 }]\n"
                            "[routes]\ndefault = ['old']\n");
  std::vector<std::string> told;
  for (const std::string& w : lifecycle_warnings(s, day(2026, 11, 1)))
    if (w.find("`old`") != std::string::npos)
      told.push_back(w);
  CHECK(told == std::vector<std::string>{
                    "route `default` uses `old`, which its vendor retired on 2026-10-23"});
}
