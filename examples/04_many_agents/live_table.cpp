#include "examples/04_many_agents/live_table.hpp"

#include <string>
#include <unistd.h>

using namespace spillway;

namespace {

constexpr auto line_interval = std::chrono::seconds{2};

std::string use_of(const limiter_status& l, rate::dimension which) {
  for (const rate::dimension_usage& u : l.usage)
    if (u.which == which)
      return std::to_string(u.used) + "/" + std::to_string(u.limit);
  return "-";
}

report::model_totals totals_of(const runtime::snapshot& s, const model_id& model) {
  const auto it = s.router.usage.by_model.find(model);
  return it == s.router.usage.by_model.end() ? report::model_totals{} : it->second;
}

bool is_used(const runtime::snapshot& s, const limiter_status& l) {
  return l.in_flight > 0 || l.waiting > 0 || s.router.usage.by_model.count(l.model) > 0;
}

double elapsed_s(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}

} // namespace

live_table::live_table(std::FILE* out)
    : out_{out},
      terminal_{isatty(fileno(out)) != 0},
      started_{std::chrono::steady_clock::now()},
      last_line_{started_} {
}

void live_table::show(const runtime::snapshot& now) {
  if (terminal_)
    return draw(now);
  if (std::chrono::steady_clock::now() - last_line_ < line_interval)
    return;
  last_line_ = std::chrono::steady_clock::now();
  print_line(now);
}

void live_table::finish(const runtime::snapshot& last) {
  draw(last);
}

void live_table::draw(const runtime::snapshot& now) {
  if (terminal_ && lines_drawn_ > 0)
    std::fprintf(out_, "\x1b[%dA\x1b[J", lines_drawn_);
  std::fprintf(out_, "%-24s %9s %8s %9s %15s %10s %10s\n", "model", "in flight", "waiting",
               "req/min", "tokens/min", "cost", "fallbacks");
  lines_drawn_ = 2;
  for (const limiter_status& l : now.limiters) {
    if (!is_used(now, l))
      continue;
    const report::model_totals t = totals_of(now, l.model);
    std::fprintf(out_, "%-24s %9zu %8zu %9s %15s %10s %10llu\n", l.model.value.c_str(), l.in_flight,
                 l.waiting, use_of(l, rate::dimension::requests_per_minute).c_str(),
                 use_of(l, rate::dimension::tokens_per_minute).c_str(),
                 to_display_usd(t.cost).c_str(), static_cast<unsigned long long>(t.fell_back_to));
    ++lines_drawn_;
  }
  std::fprintf(out_, "%.1f s: %llu answered, %llu waited, %llu fell back, %s spent\n",
               elapsed_s(started_), static_cast<unsigned long long>(now.router.usage.answered),
               static_cast<unsigned long long>(now.router.usage.waits),
               static_cast<unsigned long long>(now.router.usage.fallbacks),
               to_display_usd(now.router.usage.cost).c_str());
  std::fflush(out_);
}

void live_table::print_line(const runtime::snapshot& now) {
  std::string busy;
  for (const limiter_status& l : now.limiters)
    if (is_used(now, l))
      busy += "  " + l.model.value + " " + std::to_string(l.in_flight) + "+"
              + std::to_string(l.waiting) + " " + use_of(l, rate::dimension::requests_per_minute)
              + "/min";
  std::fprintf(out_, "%5.1f s  %llu answered  %llu fell back  %s%s\n", elapsed_s(started_),
               static_cast<unsigned long long>(now.router.usage.answered),
               static_cast<unsigned long long>(now.router.usage.fallbacks),
               to_display_usd(now.router.usage.cost).c_str(), busy.c_str());
  std::fflush(out_);
}
