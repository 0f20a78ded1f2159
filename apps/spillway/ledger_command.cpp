#include "apps/spillway/ledger_command.hpp"

#include "apps/spillway/config_choice.hpp"
#include "apps/spillway/ledger_table.hpp"
#include "storage/journal.hpp"
#include "storage/ledger_reader.hpp"
#include "storage/retention.hpp"
#include "wire/ledger_text.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

namespace spillway::apps {
namespace {

/// Calls folded in one transaction: about ten milliseconds each.
constexpr std::size_t calls_folded_at_once = 2'000;

struct ledger_options {
  std::string config_file;
  std::string journal;
  bool json = false;
  std::string period = "month"; // of verify
  std::string from;             // of export
  std::string to;
  std::string model;
  std::string output;
  std::string before; // of compact
  bool keep_space = false;
  std::uint64_t lease = 0; // of settle
  std::string cost_usd;
  std::int64_t input = 0;
  std::int64_t output_tokens = 0;
  bool not_sent = false;
  std::string note;
  bool retry = false; // of traces
};

/// Which file, and whose days.
struct ledger_place {
  std::string path;
  std::string zone;
};

wall_time now() {
  return std::chrono::system_clock::now();
}

result<ledger_place> find_journal(const ledger_options& options) {
  const config_choice choice = choose_config(options.config_file);
  const auto settings = choice.read();
  if (!settings)
    return settings.failure();
  ledger_place place{options.journal.empty() ? settings->journal.path : options.journal,
                     settings->budget.zone};
  if (place.path.empty())
    return error{choice.file.empty()
                     ? "which journal? Name it with --journal, or a configuration with --config"
                     : "'" + choice.file + "' sets no journal.path; name the file with --journal"};
  return place;
}

result<wall_time> moment_of(const std::string& option, const std::string& text,
                            const std::string& zone, wall_time otherwise) {
  if (text.empty())
    return otherwise;
  const auto t = money::parse_moment(text, zone);
  if (!t)
    return error{option + " '" + text
                 + "' is no moment; write a date (2026-11-24) or RFC 3339 "
                   "(2026-11-24T12:00:00Z)"};
  return *t;
}

// -- looking --------------------------------------------------------------------------------------

/// Returns the exit code: 1 if something is wrong.
result<int> verify(const ledger_options& options, const ledger_place& place) {
  auto reader = storage::ledger_reader::open(place.path);
  if (!reader)
    return reader.failure();
  money::period per = money::period::month;
  for (const money::period p : {money::period::day, money::period::week, money::period::total})
    if (options.period == to_string(p))
      per = p;
  const auto check = (*reader)->check(per, place.zone);
  if (!check)
    return check.failure();
  if (options.json)
    std::printf("%s\n", wire::encode_ledger_check(*check).c_str());
  else
    print_check(place.path, *check);
  return check->sound() ? 0 : 1;
}

/// Standard output, or a file that is there only if it is whole.
class export_target {
public:
  static result<export_target> open(const std::string& path) {
    export_target t;
    t.path_ = path;
    if (!path.empty()) {
      t.file_.reset(std::fopen((path + ".part").c_str(), "w"));
      if (!t.file_)
        return error{"'" + path + "' cannot be written; check that its folder exists"};
    }
    return t;
  }
  void line(const std::string& text) {
    std::FILE* to = file_ ? file_.get() : stdout;
    failed_ = failed_ || std::fputs(text.c_str(), to) < 0 || std::fputc('\n', to) == EOF;
  }
  result<void> close() {
    if (std::fflush(file_ ? file_.get() : stdout) != 0 || failed_)
      return error{"not all could be written" + (path_.empty() ? "" : " to '" + path_ + "'")};
    file_.reset();
    if (!path_.empty())
      std::filesystem::rename(path_ + ".part", path_);
    return {};
  }

private:
  struct closer {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  std::string path_;
  std::unique_ptr<std::FILE, closer> file_;
  bool failed_ = false;
};

result<storage::ledger_filter> filter_of(const ledger_options& options, const ledger_place& place) {
  storage::ledger_filter filter;
  const auto from = moment_of("--from", options.from, place.zone, filter.from);
  if (!from)
    return from.failure();
  const auto to = moment_of("--to", options.to, place.zone, filter.to);
  if (!to)
    return to.failure();
  filter.from = *from;
  filter.to = *to;
  filter.model = {options.model};
  return filter;
}

result<int> export_rows(const ledger_options& options, const ledger_place& place) {
  const auto filter = filter_of(options, place);
  if (!filter)
    return filter.failure();
  auto reader = storage::ledger_reader::open(place.path);
  if (!reader)
    return reader.failure();
  auto out = export_target::open(options.output);
  if (!out)
    return out.failure();
  if (!options.json)
    out->line(wire::ledger_csv_header());
  const auto show = [&](const auto& row) {
    out->line(options.json ? wire::ledger_json_line(row) : wire::ledger_csv_line(row));
  };
  auto done = (*reader)->each_folded(*filter, show);
  if (done)
    done = (*reader)->each_call(*filter, show);
  if (done)
    done = out->close();
  if (!done)
    return done.failure();
  return 0;
}

result<int> list_unknown(const ledger_options& options, const ledger_place& place) {
  auto reader = storage::ledger_reader::open(place.path);
  if (!reader)
    return reader.failure();
  std::size_t calls = 0;
  nano_usd held;
  storage::ledger_filter filter;
  filter.unknown_only = true;
  const auto done = (*reader)->each_call(filter, [&](const ledger_row& row) {
    held += row.settlement ? row.settlement->cost : row.intent.reserved_max;
    if (options.json)
      std::printf("%s\n", wire::ledger_json_line(row).c_str());
    else if (calls++ == 0)
      print_calls_head();
    if (!options.json)
      print_call(row);
  });
  if (!done)
    return done.failure();
  if (!options.json)
    std::printf("%zu calls hold %s\n", calls, to_display_usd(held, 6).c_str());
  return 0;
}

// -- changing -------------------------------------------------------------------------------------

result<int> settle(const ledger_options& options, const ledger_place& place) {
  call_settlement as;
  as.lease = {options.lease};
  as.at = now();
  as.outcome = options.not_sent ? call_outcome::not_sent : call_outcome::settled;
  as.usage.input = token_count{options.input};
  as.usage.output = token_count{options.output_tokens};
  if (options.not_sent == !options.cost_usd.empty())
    return error{"say what became of the call: either --cost-usd AMOUNT or --not-sent"};
  if (!options.not_sent && (!parse_decimal_usd(options.cost_usd, as.cost) || as.cost < nano_usd{0}))
    return error{"--cost-usd '" + options.cost_usd
                 + "' is no amount; write dollars with at most nine decimal places (0.0125)"};
  auto journal = storage::journal::open(place.path);
  if (!journal)
    return journal.failure();
  if (const auto done = (*journal)->reconcile(as, options.note); !done)
    return done.failure();
  std::printf("call %llu is now %s and costs %s; budgets count that from the next start on\n",
              static_cast<unsigned long long>(options.lease), to_string(as.outcome),
              to_display_usd(as.cost, 9).c_str());
  return 0;
}

result<int> compact(const ledger_options& options, const ledger_place& place) {
  const wall_time needed = storage::needed_since(now(), place.zone);
  const auto before = moment_of("--before", options.before, place.zone, needed);
  if (!before)
    return before.failure();
  if (*before > needed)
    return error{"--before " + options.before
                 + " would take calls that windows or open periods still need; the latest possible "
                   "is "
                 + money::moment_text(needed)};
  auto journal = storage::journal::open(place.path);
  if (!journal)
    return journal.failure();
  const auto size_before = std::filesystem::file_size(place.path);
  std::size_t folded = 0;
  for (std::size_t calls = calls_folded_at_once; calls == calls_folded_at_once; folded += calls) {
    const auto done = (*journal)->fold_before(*before, calls_folded_at_once);
    if (!done)
      return done.failure();
    calls = *done;
  }
  if (!options.keep_space)
    if (const auto done = (*journal)->shrink(); !done)
      return done.failure();
  const auto sums = (*journal)->verify();
  if (!sums)
    return sums.failure();
  const report::compaction done{folded, *before, size_before,
                                std::filesystem::file_size(place.path), sums->spent};
  if (options.json)
    std::printf("%s\n", wire::encode_compaction(done).c_str());
  else
    print_compaction(done);
  return 0;
}

result<int> traces(const ledger_options& options, const ledger_place& place) {
  if (options.retry) {
    auto journal = storage::journal::open(place.path);
    if (!journal)
      return journal.failure();
    const auto retried = (*journal)->retry_refused_traces();
    if (!retried)
      return retried.failure();
    std::printf("%zu refused traces go to Langfuse again after the next start\n", *retried);
    return 0;
  }
  auto reader = storage::ledger_reader::open(place.path);
  if (!reader)
    return reader.failure();
  const auto refused = (*reader)->refused_traces();
  if (!refused)
    return refused.failure();
  for (const storage::refused_trace& t : *refused)
    std::printf("%s  %s\n%s\n", money::moment_text(t.at).c_str(), t.reason.c_str(),
                t.bytes.c_str());
  std::printf("%zu traces were refused for good\n", refused->size());
  return 0;
}

// -- commands -------------------------------------------------------------------------------------

using action = result<int> (*)(const ledger_options&, const ledger_place&);

/// A subcommand with the options that all have.
CLI::App* add(CLI::App& parent, const std::shared_ptr<ledger_options>& options, const char* name,
              const char* what, action act, int& exit_code) {
  CLI::App* command = parent.add_subcommand(name, what);
  command->add_option("--journal", options->journal, "The journal (default: journal.path)");
  add_config_option(*command, options->config_file);
  command->callback([options, act, &exit_code] {
    const auto place = find_journal(*options);
    const auto done = place ? act(*options, *place) : result<int>{place.failure()};
    if (!done)
      std::fprintf(stderr, "spillway: %s\n", done.failure().message.c_str());
    exit_code = done ? *done : 1;
  });
  return command;
}

} // namespace

void add_ledger_command(CLI::App& app, int& exit_code) {
  CLI::App* ledger = app.add_subcommand(
      "ledger", "Calls and what they cost, from the journal: check, export, set right, shorten");
  ledger->group("Watch");
  ledger->require_subcommand(1);
  ledger->footer("verify, export, unknown and traces only look, also while a runtime has the "
                 "journal open.\nsettle, compact and traces --retry change it, while none has.");
  const auto options = std::make_shared<ledger_options>();

  CLI::App* check =
      add(*ledger, options, "verify", "Check the file, that each call has one ending, and all sums",
          verify, exit_code);
  check->add_flag("--json", options->json, "One line of JSON");
  check->add_option("--period", options->period, "Accounts by day, week, month or total")
      ->check(CLI::IsMember({"day", "week", "month", "total"}))
      ->capture_default_str();
  check->footer("Exit code 1 if anything is wrong.");

  CLI::App* write = add(*ledger, options, "export",
                        "Write every call, and the sums of folded ones, as CSV or JSON lines",
                        export_rows, exit_code);
  write->add_flag("--json", options->json, "JSON lines instead of CSV");
  write->add_option("--from", options->from, "Begun at or after: 2026-11-24 or RFC 3339");
  write->add_option("--to", options->to, "Begun before: likewise");
  write->add_option("--model", options->model, "Only this model");
  write->add_option("-o,--output", options->output, "File (default: standard output)");
  write->footer("The sum of cost_usd is what the budgets count: calls that are open or unknown "
                "are in it at their maximum.");

  CLI::App* unknown = add(*ledger, options, "unknown",
                          "List the calls that hold their maximum because nobody knows their end",
                          list_unknown, exit_code);
  unknown->add_flag("--json", options->json, "JSON lines, as export writes them");

  CLI::App* set_right =
      add(*ledger, options, "settle", "Set one such call right, by the provider's own records",
          settle, exit_code);
  set_right
      ->add_option("call", options->lease,
                   "Its number, which the provider has as the "
                   "X-Client-Request-Id")
      ->required();
  set_right->add_option("--cost-usd", options->cost_usd, "What the provider billed");
  set_right->add_option("--input", options->input, "Tokens of its prompt")
      ->check(CLI::NonNegativeNumber);
  set_right->add_option("--output", options->output_tokens, "Tokens of its reply")
      ->check(CLI::NonNegativeNumber);
  set_right->add_flag("--not-sent", options->not_sent, "The provider never had it");
  set_right->add_option("--note", options->note, "Kept with the correction: who, why");

  CLI::App* fold =
      add(*ledger, options, "compact",
          "Fold old calls into sums, to the nano-dollar, and shrink the file", compact, exit_code);
  fold->add_flag("--json", options->json, "One line of JSON");
  fold->add_option("--before", options->before,
                   "Fold calls begun before (default: all that no window and no open day, week or "
                   "month needs)");
  fold->add_flag("--keep-space", options->keep_space,
                 "Do not shrink the file, which takes as much space again while it works");

  CLI::App* spool =
      add(*ledger, options, "traces", "Show the traces that Langfuse refused for good, and why",
          traces, exit_code);
  spool->add_flag("--retry", options->retry, "Put them back in line");
}

} // namespace spillway::apps
