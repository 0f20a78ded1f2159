#include "examples/04_many_agents/fleet.hpp"

#include "agents/file_tools.hpp"
#include "agents/react_agent.hpp"
#include "agents/tool_runner.hpp"

#include <caf/event_based_actor.hpp>

using namespace spillway;

namespace {

struct reviewer {
  const char* name;
  const char* task;
};

constexpr reviewer reviewers[] = {
    {"structure", "Map the folders: what lives where, and which files are the largest?"},
    {"errors", "How are errors reported? Find the error types and read how they are used."},
    {"tests", "What do the tests cover? Look for the test files and read some of them."},
    {"documentation", "Is the documentation true? Read it and compare it with the sources."},
    {"limits", "Which bounds and limits does the code set? Find them and say if any is missing."},
    {"notes", "Search for TODO and FIXME notes and for anything left unfinished."},
};

constexpr const char* instructions =
    "You review source code. Use the tools to look at real files before you say anything. Be "
    "brief and concrete: name files and lines.";

run_agent job_of(const reviewer& r) {
  run_agent job;
  job.name = r.name;
  job.instructions = instructions;
  job.task = r.task;
  job.steps_max = 12;
  job.output_tokens_max = token_count{400};
  job.labels.trace_name = std::string{"review: "} + r.name;
  job.labels.session = "review";
  job.labels.tags = {"many-agents"};
  return job;
}

using findings_promise = std::shared_ptr<std::promise<std::vector<agent_reply>>>;

/// Gives every agent its job and keeps what they answer.
caf::behavior foreman(caf::event_based_actor* self, std::vector<react_agent_actor> agents,
                      findings_promise promise) {
  auto findings = std::make_shared<std::vector<agent_reply>>(agents.size());
  auto missing = std::make_shared<std::size_t>(agents.size());
  for (std::size_t i = 0; i < agents.size(); ++i)
    self->request(agents[i], caf::infinite, job_of(reviewers[i]))
        .then([=](const agent_reply& reply) {
          (*findings)[i] = reply;
          if (--*missing == 0)
            promise->set_value(std::move(*findings));
        });
  return {};
}

result<std::shared_ptr<const agents::toolbox>> tools_over(const std::string& folder) {
  auto root = agents::confined_folder::open(folder);
  if (!root)
    return root.failure();
  auto tools = std::make_shared<agents::toolbox>();
  if (auto added = tools->add(agents::make_file_tools(*root)); !added)
    return added.failure();
  return std::shared_ptr<const agents::toolbox>{std::move(tools)};
}

} // namespace

result<std::unique_ptr<fleet>> fleet::start(runtime::runtime& runtime,
                                            const std::vector<std::string>& folders) {
  std::vector<react_agent_actor> agents;
  for (std::size_t i = 0; i < std::size(reviewers); ++i) {
    auto tools = tools_over(folders[i % folders.size()]);
    if (!tools)
      return tools.failure();
    const tool_runner_actor runner =
        runtime.system().spawn<caf::detached>(agents::tool_runner, *tools);
    agents.push_back(runtime.system().spawn(
        agents::react_agent,
        agents::react_agent_options{runtime.router(), runner, (*tools)->definitions()}));
  }
  auto promise = std::make_shared<std::promise<std::vector<agent_reply>>>();
  auto f = std::make_unique<fleet>();
  f->findings_ = promise->get_future();
  runtime.system().spawn(foreman, std::move(agents), std::move(promise));
  return f;
}

bool fleet::wait_for(std::chrono::milliseconds d) {
  return findings_.wait_for(d) == std::future_status::ready;
}

std::vector<agent_reply> fleet::findings() {
  return findings_.get();
}

std::size_t fleet::size() const {
  return std::size(reviewers);
}
