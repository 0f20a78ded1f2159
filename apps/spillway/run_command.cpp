#include "apps/spillway/run_command.hpp"

#include "apps/spillway/config_choice.hpp"
#include "apps/spillway/run_account.hpp"
#include "apps/spillway/run_job.hpp"
#include "apps/spillway/run_prompt.hpp"
#include "apps/spillway/run_remote.hpp"
#include "config/secrets.hpp"
#include "config/values.hpp"
#include "core/bounds.hpp"
#include "runtime/local_world.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <utility>

namespace spillway::apps {
namespace {

struct run_options {
  std::string config_file;
  prompt_parts prompt;
  std::string system_prompt;
  std::string target;
  std::string folder;
  std::string gateway;
  std::string ca_file;
  std::int64_t output_max = 0;
  std::optional<double> temperature;
  std::string deadline;
  std::string cost_max;
  int steps_max = bounds::agent_steps_max;
  bool no_fallback = false;
  call_labels labels;
  bool simulate = false;
  bool json = false;
  bool quiet = false;
};

/// What a program that was interrupted ends with, as shells say it: 128 + SIGINT.
constexpr int exit_interrupted = 130;
/// What calls in flight get after an interrupt: a person waits.
constexpr auto patience_interrupted = std::chrono::seconds{2};

constexpr const char* instructions_in_folder =
    "You answer questions about the files of a folder. Use the tools to look at real files before "
    "you say anything. Be brief and concrete: name files and lines.";

constexpr const char* notes =
    R"(The answer goes to standard output as it comes, what it took to standard error.

Exit codes:
  0    answered
  1    it could not begin: configuration, keys, journal, a file
  2    the command line makes no sense
  3    over a budget, or dearer than --max-cost
  4    no room in a limit, or no end, before the deadline: come again later
  5    every model that could answer failed
  6    no model takes this request: unknown name, too long, refused
  7    with --folder: an agent used up its --steps
  130  interrupted

Examples:
  spillway run "Why do dams have spillways? One sentence."
  git diff | spillway run --model gpt-6-luna "Write a commit message for this:" -
  spillway run --folder . --max-cost 0.10 "Where are errors of the network handled?"
  spillway run --json --deadline 30s < prompt.txt | jq -r .text
  spillway run --gateway http://127.0.0.1:8080 hello  # counted where all else is
  spillway run --simulate hello           # no key, no network)";

int exit_code_of(const report::run_answer& a) {
  if (a.steps_used_up)
    return 7;
  switch (a.status) {
    case completion_status::answered: return 0;
    case completion_status::over_budget:
    case completion_status::over_max_cost: return 3;
    case completion_status::rate_limited:
    case completion_status::overloaded:
    case completion_status::deadline_exceeded: return 4;
    case completion_status::upstream_failed: return 5;
    case completion_status::unknown_target:
    case completion_status::context_too_long:
    case completion_status::invalid_request:
    case completion_status::content_filtered: return 6;
    case completion_status::cancelled:
    case completion_status::shutting_down: return exit_interrupted;
  }
  return 1;
}

// -- what is asked --------------------------------------------------------------------------------

result<duration> read_deadline(const run_options& o) {
  if (o.deadline.empty())
    return duration{};
  const auto read = config::read_duration(o.deadline);
  if (!read)
    return error{"--deadline: " + read.failure().message};
  if (*read <= duration{} || *read > bounds::deadline_max)
    return error{"--deadline " + o.deadline + " is out of range; allowed: 1ms to 1h"};
  return *read;
}

result<std::optional<nano_usd>> read_cost_max(const run_options& o) {
  nano_usd amount;
  if (o.cost_max.empty())
    return std::optional<nano_usd>{};
  if (!parse_decimal_usd(o.cost_max, amount) || amount < nano_usd{})
    return error{"--max-cost '" + o.cost_max + "' is no amount; write dollars, such as 0.05"};
  return std::optional{amount};
}

/// One prompt and its bounds; with a folder, what an agent is to do there.
result<run_completion> wish_of(const run_options& o) {
  run_completion out;
  const auto deadline = read_deadline(o);
  if (!deadline)
    return deadline.failure();
  const auto cost_max = read_cost_max(o);
  if (!cost_max)
    return cost_max.failure();
  auto prompt = read_prompt(o.prompt);
  if (!prompt)
    return prompt.failure();
  auto chat = std::make_shared<chat_request>();
  if (!o.system_prompt.empty())
    chat->messages.push_back({chat_role::system, o.system_prompt, {}, {}, {}});
  chat->messages.push_back({chat_role::user, std::move(*prompt), {}, {}, {}});
  if (o.output_max > 0)
    chat->output_tokens_max = token_count{o.output_max};
  chat->temperature = o.temperature;
  out.chat = std::move(chat);
  out.target = o.target;
  out.deadline = *deadline;
  out.cost_max = *cost_max;
  out.allow_fallback = !o.no_fallback;
  out.labels = o.labels;
  out.labels.trace_name = "spillway run";
  return out;
}

folder_job job_of(const run_options& o, const run_completion& wish) {
  folder_job out{o.folder, {}};
  out.job.name = "run";
  out.job.instructions = o.system_prompt.empty() ? instructions_in_folder : o.system_prompt;
  out.job.task = wish.chat->messages.back().text;
  out.job.target = wish.target;
  out.job.steps_max = o.steps_max;
  out.job.output_tokens_max = wish.chat->output_tokens_max.value_or(token_count{});
  out.job.step_deadline = wish.deadline;
  out.job.labels = wish.labels;
  return out;
}

/// An agent's steps share the account of its run, which holds what it may cost at most.
void limit_run(run_completion& wish, config::settings& settings) {
  const auto began = std::chrono::system_clock::now().time_since_epoch();
  wish.labels.run = "spillway-run-"
                    + std::to_string(std::chrono::floor<std::chrono::microseconds>(began).count());
  if (wish.cost_max)
    settings.budget.rules.push_back(
        {"run", wish.labels.run, money::period::total, *wish.cost_max});
}

// -- all of it ------------------------------------------------------------------------------------

result<report::run_answer> ask(runtime::runtime& rt, const run_options& o, run_completion wish) {
  const mono_time began = std::chrono::steady_clock::now();
  answer_writer out;
  const auto take = [&](std::string_view text) { return out.write(text); };
  auto answer = o.folder.empty()
                    ? result<report::run_answer>{run_request(rt, std::move(wish),
                                                             o.json ? text_taker{} : take)}
                    : run_in_folder(rt, job_of(o, wish));
  if (!answer)
    return answer;
  answer->elapsed = std::chrono::steady_clock::now() - began;
  if (!o.json && !o.folder.empty())
    out.write(answer->text);
  out.end_line();
  if (!out.is_whole()) {
    answer->status = completion_status::cancelled;
    answer->reason = "nobody reads standard output any more";
  }
  return answer;
}

/// Through a gateway that runs: its configuration holds, none is read here.
result<int> run_elsewhere(const run_options& o, const run_completion& wish) {
  auto gateway = read_gateway_address(o.gateway);
  if (!gateway)
    return gateway.failure();
  gateway->ca_file = o.ca_file;
  gateway->key = secret{config::process_environment()("SPILLWAY_KEY").value_or("")};
  const mono_time began = std::chrono::steady_clock::now();
  auto answer = run_through(*gateway, wish);
  if (!answer)
    return answer.failure();
  answer->elapsed = std::chrono::steady_clock::now() - began;
  answer_writer out;
  if (!o.json)
    out.write(answer->text);
  out.end_line();
  print_account(*answer, {o.json, o.quiet});
  return exit_code_of(*answer);
}

/// What to do if another process has the journal: most likely a gateway.
error with_advice(const error& why, const config::settings& s) {
  if (why.message.find("another process has it open") == std::string::npos)
    return why;
  const std::string scheme = s.gateway.tls_cert.empty() ? "http://" : "https://";
  return error{why.message + "\nIf that is a gateway, ask through it: spillway run --gateway "
               + scheme + s.gateway.listen.host + ":" + std::to_string(s.gateway.listen.port)
               + " ..."};
}

result<int> run(const run_options& o) {
  auto wish = wish_of(o);
  if (!wish)
    return wish.failure();
  if (!o.gateway.empty())
    return run_elsewhere(o, *wish);
  auto settings = read_config(o.config_file);
  if (!settings)
    return settings.failure();
  if (!o.folder.empty())
    limit_run(*wish, *settings);
  std::unique_ptr<runtime::local_world> world;
  runtime::runtime_options r;
  if (o.simulate) {
    auto started = runtime::local_world::start(*settings, {});
    if (!started)
      return started.failure();
    world = std::move(*started);
    settings->journal.path.clear(); // what is simulated counts against no real budget
    r.environment = runtime::local_world::environment();
  }
  r.settings = *settings;
  if (!o.quiet)
    r.on_warning = [](const std::string& warning) {
      std::fprintf(stderr, "spillway: warning: %s\n", warning.c_str());
    };
  auto rt = runtime::runtime::start(std::move(r));
  if (!rt)
    return with_advice(rt.failure(), *settings);
  auto answer = ask(**rt, o, std::move(*wish));
  if (!answer)
    return answer.failure();
  const int code = exit_code_of(*answer);
  const auto stopped = (*rt)->stop(code == exit_interrupted ? duration{patience_interrupted}
                                         : settings->runtime.drain);
  if (!o.folder.empty())
    add_totals(*answer, stopped.last.router.usage);
  print_account(*answer, {o.json, o.quiet});
  return code;
}

void add_bounds(CLI::App& c, run_options& o) {
  c.add_option("-n,--max-tokens", o.output_max, "The longest answer, in tokens")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  c.add_option("--temperature", o.temperature, "From 0 to 2")->check(CLI::Range(0.0, 2.0));
  c.add_option("--deadline", o.deadline,
               "The end is to be there within this time, 30s or 5m; of an agent, that of each step")
      ->type_name("TIME");
  c.add_option("--max-cost", o.cost_max, "Dollars that it may cost at most, 0.05")
      ->type_name("USD");
  c.add_flag("--no-fallback", o.no_fallback, "Ask the first model of the route and no other");
}

void add_labels(CLI::App& c, run_options& o) {
  c.add_option("--team", o.labels.team, "Charge it to this team's budget");
  c.add_option("--user", o.labels.user, "Likewise to this user's");
  c.add_option("--session", o.labels.session, "Likewise to this session's");
  c.add_option("--tag", o.labels.tags, "Likewise to this tag's; may be repeated")
      ->allow_extra_args(false);
}

} // namespace

void add_run_command(CLI::App& app, int& exit_code) {
  auto o = std::make_shared<run_options>();
  CLI::App* c = app.add_subcommand(
      "run",
      "Ask once: a prompt from the command line or standard input, within limits and budgets");
  c->group("Ask models");
  c->add_option("PROMPT", o->prompt.words,
                "The prompt; - stands for standard input, as does no prompt at all");
  c->add_option("-f,--file", o->prompt.files, "A text that follows the prompt; may be repeated")
      ->allow_extra_args(false)
      ->type_name("FILE");
  c->add_option("-m,--model", o->target, "A model or a route (default: routing.default_route)");
  c->add_option("-s,--system", o->system_prompt, "The system prompt")->type_name("TEXT");
  add_bounds(*c, *o);
  CLI::Option* folder =
      c->add_option("--folder", o->folder,
                    "Let the model list, read and search the files of this folder until it knows")
          ->check(CLI::ExistingDirectory)
          ->type_name("DIR");
  c->add_option("--steps", o->steps_max, "Calls of the model that an agent has, with --folder")
      ->check(CLI::Range(1, bounds::agent_steps_max))
      ->capture_default_str()
      ->needs(folder);
  CLI::Option* gateway =
      c->add_option("--gateway", o->gateway,
                    "Ask through a gateway that runs, http://127.0.0.1:8080, with its limits and "
                    "budgets; the key for it is in $SPILLWAY_KEY")
          ->excludes(folder)
          ->type_name("URL");
  c->add_option("--ca-file", o->ca_file, "Certificates to trust, with --gateway")
      ->needs(gateway)
      ->type_name("FILE");
  add_labels(*c, *o);
  c->add_flag("--simulate", o->simulate, "Ask a simulated provider on loopback; needs no key");
  c->add_flag("--json", o->json, "The answer and what it took as one line of JSON");
  c->add_flag("-q,--quiet", o->quiet, "No account on standard error; errors are told all the same");
  add_config_option(*c, o->config_file);
  c->footer(notes);
  c->callback([o, &exit_code] {
    std::signal(SIGPIPE, SIG_IGN); // who reads no more ends the request, not the process amid it
    const auto done = run(*o);
    if (!done)
      std::fprintf(stderr, "spillway: %s\n", done.failure().message.c_str());
    exit_code = done ? *done : 1;
  });
}

} // namespace spillway::apps
