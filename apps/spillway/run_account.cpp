#include "apps/spillway/run_account.hpp"

#include "wire/run_answer_json.hpp"

#include <cmath>
#include <string>

namespace spillway::apps {
namespace {

void print_calls(const report::run_answer& a) {
  for (const report::call_record& c : a.calls)
    if (c.failure)
      std::fprintf(stderr, "  %s: %s\n", c.model.value.c_str(), to_string(*c.failure));
}

void print_refusal(const report::run_answer& a) {
  std::fprintf(stderr, "spillway: %s: %s\n", to_string(a.status), a.reason.c_str());
  print_calls(a);
  if (a.retry_after)
    std::fprintf(stderr, "come again in %.0f s\n", std::ceil(to_seconds(*a.retry_after)));
}

/// Whether anything was asked of anybody.
bool took_anything(const report::run_answer& a) {
  return !a.calls.empty() || a.steps > 0 || a.cost > nano_usd{} || a.input > token_count{};
}

void print_totals(const report::run_answer& a) {
  std::string line = a.model.value.empty() ? "no model" : a.model.value;
  line += ": " + std::to_string(a.input.value()) + " tokens in";
  if (a.cached_input > token_count{})
    line += " (" + std::to_string(a.cached_input.value()) + " cached)";
  line += ", " + std::to_string(a.output.value()) + " out, " + to_display_usd(a.cost, 6);
  if (a.steps > 0)
    line += ", " + std::to_string(a.steps) + " steps, " + std::to_string(a.tool_calls)
            + " tool calls";
  std::fprintf(stderr, "%s, %.1f s", line.c_str(), to_seconds(a.elapsed));
  if (a.waited > duration{})
    std::fprintf(stderr, " of which %.1f s waiting for room", to_seconds(a.waited));
  if (a.budget_left)
    std::fprintf(stderr, ", %s of the budget left", to_display_usd(*a.budget_left, 2).c_str());
  std::fprintf(stderr, "\n");
  if (a.finish == finish_reason::length)
    std::fprintf(stderr, "the answer was cut: it may not be longer (--max-tokens)\n");
  for (const std::string& field : a.left_out)
    std::fprintf(stderr, "%s has no word for `%s`\n", a.model.value.c_str(), field.c_str());
}

} // namespace

void print_account(const report::run_answer& a, const account_form& form) {
  if (form.json) {
    std::printf("%s\n", wire::encode_run_answer(a).c_str());
    return;
  }
  if (a.steps_used_up)
    std::fprintf(stderr, "spillway: the agent used up its %d steps; what it said last is above\n",
                 a.steps);
  else if (a.status != completion_status::answered)
    print_refusal(a);
  if (!form.quiet && took_anything(a))
    print_totals(a);
}

} // namespace spillway::apps
