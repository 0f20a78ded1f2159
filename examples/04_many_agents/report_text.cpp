#include "examples/04_many_agents/report_text.hpp"

using namespace spillway;

namespace {

using count = unsigned long long;

void print_budget(std::FILE* out, const report::budget_totals& b) {
  if (!b.limit)
    return;
  const nano_usd left = *b.limit - b.spent - b.reserved;
  std::fprintf(out, "budget      %s of %s spent, %s reserved, %s left\n",
               to_display_usd(b.spent).c_str(), to_display_usd(*b.limit, 2).c_str(),
               to_display_usd(b.reserved).c_str(), to_display_usd(left).c_str());
}

} // namespace

void print_findings(std::FILE* out, const std::vector<agent_reply>& findings) {
  for (const agent_reply& f : findings) {
    std::fprintf(out, "\n== %s: %s after %d steps and %d tool calls, %s\n", f.name.c_str(),
                 to_string(f.outcome), f.steps, f.tool_calls, to_display_usd(f.cost).c_str());
    std::fprintf(out, "%s\n", f.text.c_str());
    if (!f.reason.empty())
      std::fprintf(out, "(%s: %s)\n", to_string(f.status), f.reason.c_str());
  }
}

void print_report(std::FILE* out, const report::run_report& r) {
  std::fprintf(out, "\n%-24s %6s %8s %7s %5s %11s %9s %9s\n", "model", "calls", "answered",
               "failed", "429s", "tokens in", "out", "cost");
  for (const auto& [model, t] : r.usage.by_model)
    std::fprintf(out, "%-24s %6llu %8llu %7llu %5llu %11lld %9lld %9s\n", model.value.c_str(),
                 static_cast<count>(t.calls), static_cast<count>(t.answered),
                 static_cast<count>(t.failed), static_cast<count>(t.rate_limited),
                 static_cast<long long>(t.input.value()), static_cast<long long>(t.output.value()),
                 to_display_usd(t.cost).c_str());
  std::fprintf(out, "\nrequests    %llu, answered %llu in %.1f s\n",
               static_cast<count>(r.usage.requests), static_cast<count>(r.usage.answered),
               to_seconds(r.elapsed));
  std::fprintf(out, "waits       %llu, %.1f s in all\n", static_cast<count>(r.usage.waits),
               to_seconds(r.usage.waited));
  std::fprintf(out, "fallbacks   %llu\n", static_cast<count>(r.usage.fallbacks));
  std::fprintf(out, "429s seen   %llu\n", static_cast<count>(r.usage.rate_limited));
  print_budget(out, r.budget);
  std::fprintf(out, "Langfuse    %zu delivered, %zu pending, %zu dead\n", r.traces.delivered,
               r.traces.pending, r.traces.dead);
}
