#include "apps/spillway/ledger_table.hpp"

#include "core/money/calendar.hpp"

#include <algorithm>

namespace spillway::apps {
namespace {

constexpr std::size_t accounts_shown_max = 50;

unsigned long long wide(std::uint64_t n) {
  return n;
}

/// "2026-11-24 12:00:00Z": seconds are enough for a reader.
std::string short_moment(wall_time t) {
  std::string text = money::moment_text(t).substr(0, 19) + "Z";
  text[10] = ' ';
  return text;
}

std::string scope_words(const std::vector<money::scope_value>& scopes) {
  std::string out;
  for (const money::scope_value& s : scopes)
    if (s.scope != "key")
      out += (out.empty() ? "" : " ") + s.scope + "=" + s.name;
  return out;
}

void print_lines(const char* title, const std::vector<std::string>& lines) {
  if (lines.empty())
    std::printf("%-10s ok\n", title);
  for (const std::string& line : lines)
    std::printf("%-10s %s\n", title, line.c_str());
}

void print_accounts(std::vector<report::account_sum> accounts) {
  std::ranges::stable_sort(accounts, std::greater{},
                           [](const report::account_sum& a) { return a.spent.value(); });
  std::printf("\n%-12s %-24s %-12s %10s %16s %16s\n", "SCOPE", "NAME", "PERIOD", "CALLS", "SPENT",
              "OF IT HELD");
  std::size_t shown = 0;
  for (const report::account_sum& a : accounts) {
    if (++shown > accounts_shown_max) {
      std::printf("... and %zu more; --json lists them all\n",
                  accounts.size() - accounts_shown_max);
      return;
    }
    std::printf("%-12s %-24s %-12s %10llu %16s %16s\n", a.scope.c_str(), a.name.c_str(),
                a.period.c_str(), wide(a.calls), to_display_usd(a.spent, 6).c_str(),
                to_display_usd(a.held, 6).c_str());
  }
}

} // namespace

void print_check(const std::string& path, const report::ledger_check& check) {
  const report::call_counts& c = check.calls;
  std::printf("%-10s %s, schema %zu\n", "journal", path.c_str(), check.schema);
  print_lines("file", check.damage);
  print_lines("chain", check.findings);
  std::printf("%-10s %llu begun: %llu settled, %llu not sent, %llu rejected, %llu unknown, %llu "
              "open; of %llu only sums are left\n",
              "calls", wide(c.begun), wide(c.settled), wide(c.not_sent), wide(c.rejected),
              wide(c.unknown), wide(c.open), wide(c.folded));
  std::printf("%-10s %s, of which %s are held for calls that are open or unknown\n", "spent",
              to_display_usd(check.spent, 9).c_str(), to_display_usd(check.held, 9).c_str());
  std::printf("%-10s %zu wait for Langfuse (%zu bytes), %zu delivered, %zu refused, %zu dropped\n",
              "traces", check.traces.waiting, check.traces.waiting_bytes, check.traces.delivered,
              check.traces.refused, check.traces.dropped);
  if (!check.accounts.empty())
    print_accounts(check.accounts);
}

void print_compaction(const report::compaction& done) {
  std::printf("%zu calls begun before %s are sums now; %ju bytes instead of %ju; spent, as before: "
              "%s\n",
              done.folded, short_moment(done.before).c_str(), done.bytes_after, done.bytes_before,
              to_display_usd(done.spent, 9).c_str());
}

void print_calls_head() {
  std::printf("%-20s %-21s %-26s %-8s %14s  %s\n", "CALL", "BEGUN", "MODEL", "OUTCOME", "HELD",
              "FOR");
}

void print_call(const ledger_row& row) {
  const auto& s = row.settlement;
  std::printf("%-20llu %-21s %-26s %-8s %14s  %s\n", wide(row.intent.lease.value),
              short_moment(row.intent.at).c_str(), row.intent.model.value.c_str(),
              s ? to_string(s->outcome) : "open",
              to_display_usd(s ? s->cost : row.intent.reserved_max, 6).c_str(),
              scope_words(row.intent.scopes).c_str());
}

} // namespace spillway::apps
