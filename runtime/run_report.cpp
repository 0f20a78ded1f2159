#include "runtime/run_report.hpp"

#include "wire/run_report_json.hpp"

#include <algorithm>

namespace spillway::runtime {
namespace {

report::budget_totals tightest(const budget_status& budget) {
  const auto room = [](const money::account_status& a) { return a.limit - a.spent - a.reserved; };
  const auto least = std::ranges::min_element(budget.accounts, {}, room);
  if (least == budget.accounts.end())
    return {};
  return {least->limit, least->spent, least->reserved};
}

} // namespace

report::run_report make_run_report(const snapshot& last, duration elapsed) {
  const trace_status& traces = last.traces;
  return {last.router.usage,
          tightest(last.budget),
          {traces.delivered, traces.pending, traces.dead},
          elapsed};
}

std::string to_json(const report::run_report& r) {
  return wire::encode_run_report(r);
}

} // namespace spillway::runtime
