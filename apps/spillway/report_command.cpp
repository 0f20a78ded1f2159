#include "apps/spillway/report_command.hpp"

#include "apps/spillway/config_choice.hpp"
#include "apps/spillway/text_table.hpp"
#include "config/values.hpp"
#include "core/money/calendar.hpp"
#include "core/money/cost_log.hpp"
#include "storage/ledger_reader.hpp"
#include "wire/spend_report_text.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <memory>

namespace spillway::apps {
namespace {

using report::spend_dimension;
using report::spend_line;

struct report_options {
  std::string config_file;
  std::string journal;
  std::string since;
  std::string until;
  std::string period = "month";
  std::string by = "model";
  std::string model;
  bool json = false;
  bool csv = false;
};

constexpr std::array dimensions{spend_dimension::model,   spend_dimension::provider_key,
                                spend_dimension::team,
                                spend_dimension::user,    spend_dimension::key,
                                spend_dimension::tag,     spend_dimension::session,
                                spend_dimension::run,     spend_dimension::hour,
                                spend_dimension::day};
constexpr std::array periods{money::period::day, money::period::week, money::period::month,
                             money::period::total};

template <class Enum, std::size_t N>
std::vector<std::string> names_of(const std::array<Enum, N>& values) {
  std::vector<std::string> out;
  for (const Enum v : values)
    out.emplace_back(to_string(v));
  return out;
}

template <class Enum, std::size_t N>
Enum named(const std::array<Enum, N>& values, const std::string& name) {
  for (const Enum v : values)
    if (name == to_string(v))
      return v;
  return values.front(); // CLI11 has checked it
}

/// "2026-11-24" is the beginning of that day in `zone`, "2026-11-24T12:00:00Z" that very moment,
/// "36h" is so long ago.
result<wall_time> read_moment(const std::string& option, const std::string& text,
                              const std::string& zone, wall_time now) {
  if (const auto ago = config::read_duration(text))
    return now - *ago;
  if (const auto moment = money::parse_moment(text, zone))
    return *moment;
  return error{option + " '" + text + "' is neither a date nor a span of time; allowed: "
               + "2026-11-24, 2026-11-24T12:00:00Z, or 36h, 7d (so long ago)"};
}

struct report_plan {
  std::string journal;
  std::string zone;
  storage::ledger_filter filter;
};

result<report_plan> make_plan(const report_options& options, wall_time now) {
  const auto settings = read_config(options.config_file);
  if (!settings)
    return settings.failure();
  report_plan plan;
  plan.journal = options.journal.empty() ? settings->journal.path : options.journal;
  plan.zone = settings->budget.zone;
  plan.filter.model = {options.model};
  if (plan.journal.empty())
    return error{"costs are read from the journal, and none is configured: name the configuration "
                 "with --config, or the file with --journal"};
  plan.filter.from = money::period_at(named(periods, options.period), now, plan.zone).begin;
  plan.filter.to = now;
  if (!options.since.empty()) {
    const auto from = read_moment("--since", options.since, plan.zone, now);
    if (!from)
      return from.failure();
    plan.filter.from = *from;
  }
  if (!options.until.empty()) {
    const auto to = read_moment("--until", options.until, plan.zone, now);
    if (!to)
      return to.failure();
    plan.filter.to = *to;
  }
  if (plan.filter.from >= plan.filter.to)
    return error{"there is nothing between " + money::hour_text(plan.filter.from, plan.zone)
                 + " and " + money::hour_text(plan.filter.to, plan.zone)
                 + ": --until must be later than --since, or than the period's begin"};
  return plan;
}

// -- for people -----------------------------------------------------------------------------------

/// Of less than this, each hundredth of a cent matters.
constexpr nano_usd small_sum{nano_usd_per_usd};

std::string percent(std::int64_t part, std::int64_t whole) {
  if (whole <= 0)
    return "-";
  char out[16];
  std::snprintf(out, sizeof out, "%.1f %%",
                100 * static_cast<double>(part) / static_cast<double>(whole));
  return out;
}

std::vector<std::string> cells_of(const std::string& name, const spend_line& l,
                                  const spend_line& total) {
  const auto tokens = [](token_count t) {
    return with_commas(static_cast<std::uint64_t>(t.value()));
  };
  return {name,
          with_commas(l.requests),
          with_commas(l.calls),
          with_commas(l.fallbacks),
          with_commas(l.rate_limited),
          with_commas(l.unknown),
          tokens(l.input),
          percent(l.cached_input.value(), l.input.value()),
          tokens(l.output),
          to_display_usd(l.cost, total.cost < small_sum ? 6 : 4),
          percent(l.cost.value(), total.cost.value())};
}

std::string title_of(spend_dimension by) {
  std::string out = to_string(by);
  for (char& c : out)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

void print_table(const wire::spend_summary& s) {
  using align = text_table::align;
  text_table table{{{title_of(s.by)},
                    {"REQUESTS", align::right},
                    {"CALLS", align::right},
                    {"FALLBACKS", align::right},
                    {"429", align::right},
                    {"UNKNOWN", align::right},
                    {"INPUT", align::right},
                    {"CACHED", align::right},
                    {"OUTPUT", align::right},
                    {"COST", align::right},
                    {"SHARE", align::right}}};
  for (const spend_line& l : s.lines)
    table.add(cells_of(l.name.empty() ? "(none)" : printable(l.name), l, s.total));
  table.add_rule();
  table.add(cells_of("total", s.total, s.total));
  const std::string from = s.from == wall_time{} ? "The journal's beginning"
                                                 : money::hour_text(s.from, s.zone);
  std::printf("%s to %s (%s), from %s\n\n%s", from.c_str(),
              money::hour_text(s.to, s.zone).c_str(), s.zone.c_str(), s.journal.c_str(),
              table.text().c_str());
  if (s.by == spend_dimension::tag)
    std::printf("\nA call with several tags is in several lines, and once in the total.\n");
  if (s.by == spend_dimension::key)
    std::printf("\n(none) came without a virtual key. --by provider_key has the accounts at "
                "providers.\n");
  if (s.total.folded > 0)
    std::printf("\nOf %s older calls only sums are left (journal.keep): they are in CALLS, but not "
                "in REQUESTS and\nFALLBACKS, and belong to whole quarters of an hour.\n",
                with_commas(s.total.folded).c_str());
  if (s.total.unknown > 0)
    std::printf("\nUNKNOWN: nobody knows whether these are billed; they count at their maximum.\n");
}

// -- all of it ------------------------------------------------------------------------------------

result<wire::spend_summary> summarize(const report_options& options) {
  const wall_time now = std::chrono::system_clock::now();
  const auto plan = make_plan(options, now);
  if (!plan)
    return plan.failure();
  auto ledger = storage::ledger_reader::open(plan->journal);
  if (!ledger)
    return ledger.failure();
  wire::spend_summary out;
  out.by = named(dimensions, options.by);
  out.from = std::max(plan->filter.from, wall_time{});
  out.to = plan->filter.to;
  out.zone = plan->zone;
  out.journal = plan->journal;
  report::spend_report sums{out.by, plan->zone};
  auto done = (*ledger)->each_folded(
      plan->filter, [&](const report::folded_calls& old) { sums.add(old); });
  if (done)
    done = (*ledger)->each_call(
        plan->filter, [&](const ledger_row& row) { sums.add(row.intent, row.settlement); });
  if (!done)
    return done.failure();
  out.lines = sums.lines();
  out.total = sums.total();
  return out;
}

int run(const report_options& options) {
  const auto summary = summarize(options);
  if (!summary) {
    std::fprintf(stderr, "spillway: %s\n", summary.failure().message.c_str());
    return 1;
  }
  if (options.json)
    std::printf("%s\n", wire::encode_spend_json(*summary).c_str());
  else if (options.csv)
    std::printf("%s", wire::encode_spend_csv(*summary).c_str());
  else
    print_table(*summary);
  return 0;
}

constexpr const char* notes =
    R"(It reads the journal, also while a gateway runs. Days and months are those of
budget.zone. The first line says which time it covers.

Examples:
  spillway report                     # this month, by model
  spillway report --by team --period week
  spillway report --by day --since 2026-11-01 --until 2026-12-01 --csv)";

} // namespace

void add_report_command(CLI::App& app, int& exit_code) {
  auto o = std::make_shared<report_options>();
  CLI::App* c = app.add_subcommand("report", "What calls have cost and came to, from the journal");
  c->group("Watch");
  c->footer(notes);
  c->add_option("--by", o->by, "One line for each of these")
      ->check(CLI::IsMember(names_of(dimensions)))
      ->capture_default_str();
  CLI::Option* since = c->add_option("--since", o->since,
                                     "From then on: the begin of a date (2026-11-24), a moment "
                                     "(2026-11-24T12:00:00Z), or so long ago (36h, 7d)");
  c->add_option("--until", o->until,
                "Before then, likewise (default: now): --until 2026-12-01 ends with November");
  c->add_option("--period", o->period, "From the beginning of the running day, week or month")
      ->check(CLI::IsMember(names_of(periods)))
      ->capture_default_str()
      ->excludes(since);
  c->add_option("--model", o->model, "Only this model");
  add_config_option(*c, o->config_file);
  c->add_option("--journal", o->journal, "The journal itself");
  CLI::Option* json = c->add_flag("--json", o->json, "For programs");
  c->add_flag("--csv", o->csv, "For spreadsheets")->excludes(json);
  c->callback([o, &exit_code] { exit_code = run(*o); });
}

} // namespace spillway::apps
