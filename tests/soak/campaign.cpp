#include "tests/soak/campaign.hpp"

#include "simulator/chance.hpp"
#include "tests/soak/fatal_storage.hpp"
#include "tests/soak/soak_settings.hpp"

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace spillway::soak {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using tests::storage_step;

constexpr auto looks_every = 1ms;
/// A fleet that has not met its planned death by then is killed all the same.
constexpr auto planned_death_max = 1500ms;

/// Another start of this program in another role.
class process {
public:
  explicit process(std::vector<std::string> arguments);
  process(const process&) = delete;
  process& operator=(const process&) = delete;
  ~process();

  void signal(int number) const { ::kill(pid_, number); }
  /// What `waitpid` tells, once it has ended.
  std::optional<int> status();
  int wait();
  /// All it prints until it has ended, or its first line.
  std::string read(bool line_only) const;

private:
  pid_t pid_ = -1;
  int out_ = -1;
  std::optional<int> status_;
};

process::process(std::vector<std::string> arguments) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    throw std::runtime_error{"no pipe"};
  pid_ = fork();
  if (pid_ == 0) {
    dup2(ends[1], STDOUT_FILENO);
    std::vector<char*> words;
    for (std::string& a : arguments)
      words.push_back(a.data());
    words.push_back(nullptr);
    execv("/proc/self/exe", words.data());
    _exit(127);
  }
  close(ends[1]);
  out_ = ends[0];
}

process::~process() {
  if (!status()) {
    signal(SIGKILL);
    wait();
  }
  close(out_);
}

std::optional<int> process::status() {
  int now = 0;
  if (!status_ && waitpid(pid_, &now, WNOHANG) == pid_)
    status_ = now;
  return status_;
}

int process::wait() {
  int now = 0;
  if (!status_ && waitpid(pid_, &now, 0) == pid_)
    status_ = now;
  return status_.value_or(-1);
}

std::string process::read(bool line_only) const {
  std::string text;
  for (char c = 0; ::read(out_, &c, 1) == 1;) {
    if (line_only && c == '\n')
      break;
    text += c;
  }
  return text;
}

/// How one life is to end.
struct life_plan {
  std::optional<death_plan> death;
  std::optional<int> stop_after_ms;
  std::chrono::milliseconds killed_after = planned_death_max;
};

/// Half of the lives end at a random time, a tenth while they begin, the rest at a step of their
/// storage: the first steps belong to the restore, those of the file to checkpoints.
life_plan draw_life(simulator::chance& chance) {
  life_plan plan;
  const std::uint64_t kind = chance.next_below(10);
  if (kind < 5) {
    plan.killed_after = std::chrono::milliseconds{chance.next_below(650)};
  } else if (kind < 6) {
    plan.killed_after = std::chrono::milliseconds{chance.next_below(60)};
  } else {
    death_plan death;
    death.step = static_cast<storage_step>(chance.next_below(4));
    death.how = static_cast<strike>(chance.next_below(3));
    const bool checkpoint =
        death.step == storage_step::file_write || death.step == storage_step::file_sync;
    death.count = 1
                  + chance.next_below(death.step == storage_step::file_sync ? 1
                                      : checkpoint                          ? 12
                                      : chance.next_below(2) == 0           ? 4
                                                                            : 120);
    plan.death = death;
    if (checkpoint)
      plan.stop_after_ms = static_cast<int>(chance.next_below(300));
  }
  return plan;
}

class campaign {
public:
  explicit campaign(const campaign_options& options) : options_{options}, chance_{options.seed} {}

  campaign_outcome run();

private:
  std::vector<std::string> fleet_arguments() const;
  void live_and_die();
  void await_end(process& fleet, const life_plan& plan) const;
  void collect_report();

  campaign_options options_;
  simulator::chance chance_;
  std::string ports_;
  evidence evidence_;
  campaign_outcome out_;
};

std::vector<std::string> campaign::fleet_arguments() const {
  std::istringstream ports{ports_};
  std::string provider;
  std::string traces;
  ports >> provider >> traces;
  return {"soak",
          "fleet",
          "--journal",
          options_.folder + "/journal",
          "--provider-port",
          provider,
          "--traces-port",
          traces,
          "--points",
          std::to_string(options_.points),
          "--life",
          std::to_string(out_.starts),
          "--seed",
          std::to_string(options_.seed)};
}

void campaign::await_end(process& fleet, const life_plan& plan) const {
  const auto until = clock::now() + plan.killed_after;
  while (!fleet.status() && clock::now() < until)
    std::this_thread::sleep_for(looks_every);
  fleet.signal(SIGKILL);
}

void campaign::live_and_die() {
  const life_plan plan = draw_life(chance_);
  std::vector<std::string> arguments = fleet_arguments();
  if (plan.death)
    arguments.insert(arguments.end(), {"--die-at", to_string(*plan.death)});
  if (plan.stop_after_ms)
    arguments.insert(arguments.end(), {"--stop-after-ms", std::to_string(*plan.stop_after_ms)});
  ++out_.starts;
  process fleet{std::move(arguments)};
  const auto began = clock::now();
  await_end(fleet, plan);
  const int status = fleet.wait();
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
    ++out_.points;
    out_.by_step += plan.death && clock::now() - began < plan.killed_after ? 1 : 0;
  } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw std::runtime_error{"the fleet ended by itself in life " + std::to_string(out_.starts)
                             + (WIFEXITED(status)
                                    ? " with exit code " + std::to_string(WEXITSTATUS(status))
                                    : " by signal " + std::to_string(WTERMSIG(status)))};
  }
}

void campaign::collect_report() {
  std::vector<std::string> arguments = fleet_arguments();
  arguments.emplace_back("--report");
  process fleet{std::move(arguments)};
  std::istringstream lines{fleet.read(false)};
  if (fleet.wait() != 0)
    throw std::runtime_error{"the last start of the fleet failed"};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    std::string what;
    words >> what;
    if (what == "account") {
      std::int64_t limit = 0;
      std::int64_t spent = 0;
      std::int64_t reserved = 0;
      words >> limit >> spent >> reserved >> std::ws;
      account_end a{{}, nano_usd{limit}, nano_usd{spent}, nano_usd{reserved}};
      std::getline(words, a.name);
      evidence_.accounts.push_back(std::move(a));
    } else if (what == "traces") {
      words >> evidence_.traces_pending >> evidence_.traces_dead;
    }
  }
}

campaign_outcome campaign::run() {
  const std::string record = options_.folder + "/record";
  process world{{"soak", "world", "--record", record, "--points", std::to_string(options_.points),
                 "--seed", std::to_string(options_.seed)}};
  ports_ = world.read(true);
  if (ports_.empty())
    throw std::runtime_error{"the simulated provider did not start"};
  while (out_.points < options_.points)
    live_and_die();
  collect_report();
  world.signal(SIGTERM);
  if (world.wait() != 0)
    throw std::runtime_error{"the simulated provider did not end in order"};
  evidence_.world = read_record(record);
  auto ledger = storage::ledger_reader::open(options_.folder + "/journal");
  if (!ledger)
    throw std::runtime_error{ledger.failure().message};
  const auto read =
      (*ledger)->each_call({}, [this](const ledger_row& row) { evidence_.ledger.push_back(row); });
  if (!read)
    throw std::runtime_error{read.failure().message};
  out_.judged = judge(evidence_, soak_settings(options_.points));
  out_.calls = evidence_.world.calls.size();
  out_.spans = evidence_.world.spans.size();
  for (const provider_call& call : evidence_.world.calls)
    out_.answered += call.status == 200 ? 1 : 0;
  for (const ledger_row& row : evidence_.ledger)
    out_.unknown += row.settlement && row.settlement->outcome == call_outcome::unknown ? 1 : 0;
  return std::move(out_);
}

} // namespace

campaign_outcome run_campaign(const campaign_options& options) {
  return campaign{options}.run();
}

} // namespace spillway::soak
