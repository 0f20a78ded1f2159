#include "apps/spillway/run_job.hpp"

#include "agents/file_tools.hpp"
#include "agents/react_agent.hpp"
#include "agents/tool_runner.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <memory>
#include <utility>

namespace spillway::apps {
namespace {

/// Hands the first answer's text on. Spawned detached: whoever takes it may block.
delta_sink_actor::behavior_type printing_sink(delta_sink_actor::pointer self, text_taker take) {
  return {[self, take](const deliver_deltas& m) {
    for (const chat_delta& d : *m.deltas)
      if (d.choice == 0 && !(take(d.text) && take(d.refusal)))
        self->quit(); // which cancels the request
    return deltas_taken{};
  }};
}

/// `when` runs at an interrupt, on an I/O thread, until this goes.
class interruption {
public:
  interruption(runtime::runtime& rt, std::function<void()> when)
      : when_{std::make_shared<std::function<void()>>(std::move(when))} {
    rt.on_interrupt([weak = std::weak_ptr{when_}] {
      if (const auto held = weak.lock())
        (*held)();
    });
  }

private:
  std::shared_ptr<std::function<void()>> when_;
};

report::run_answer answer_of(const completion_reply& m) {
  report::run_answer out;
  out.status = m.status;
  out.reason = m.reason;
  out.model = m.model;
  out.calls = m.attempts;
  for (const report::call_record& c : m.attempts) {
    out.input += c.usage.input;
    out.cached_input += c.usage.cached_input;
    out.output += c.usage.output;
    out.cost += c.cost;
  }
  out.waited = m.waited;
  out.elapsed = m.elapsed;
  out.retry_after = m.retry_after;
  out.budget_left = m.budget_left;
  out.left_out = m.left_out;
  if (m.reply) {
    out.text = plain_text(m.reply->message) + m.reply->refusal;
    out.finish = m.reply->finish;
  }
  return out;
}

report::run_answer answer_of(const agent_reply& m) {
  report::run_answer out;
  out.status = m.status;
  out.reason = m.reason;
  out.text = m.text;
  out.cost = m.cost;
  out.steps = m.steps;
  out.tool_calls = m.tool_calls;
  out.steps_used_up = m.outcome == agent_outcome::step_cap;
  if (m.outcome == agent_outcome::finished)
    out.finish = finish_reason::stop;
  return out;
}

completion_reply gone() {
  completion_reply out;
  out.status = completion_status::shutting_down;
  out.reason = "the runtime ended";
  return out;
}

} // namespace

report::run_answer run_request(runtime::runtime& rt, run_completion request,
                               const text_taker& take) {
  caf::scoped_actor self{rt.system()};
  self->request(rt.router(), caf::infinite, take_request_id{})
      .receive([&](const request_id_reply& m) { request.id = m.id; }, [](const caf::error&) {});
  const interruption stop{rt, [router = rt.router(), id = request.id] {
                            caf::anon_send(router, cancel_completion{id});
                          }};
  if (take)
    request.sink = rt.system().spawn<caf::detached>(printing_sink, take);
  const delta_sink_actor sink = request.sink;
  completion_reply reply = gone();
  // Unbounded in time, because the request's own deadline stands above it.
  self->request(rt.router(), caf::infinite, std::move(request))
      .receive([&](const completion_reply& m) { reply = m; }, [](const caf::error&) {});
  if (sink)
    self->send_exit(sink, caf::exit_reason::user_shutdown);
  return answer_of(reply);
}

result<report::run_answer> run_in_folder(runtime::runtime& rt, folder_job work) {
  auto root = agents::confined_folder::open(work.folder);
  if (!root)
    return root.failure();
  auto tools = std::make_shared<agents::toolbox>();
  if (auto added = tools->add(agents::make_file_tools(*root)); !added)
    return added.failure();
  const tool_runner_actor runner = rt.system().spawn<caf::detached>(agents::tool_runner, tools);
  const react_agent_actor agent = rt.system().spawn(
      agents::react_agent,
      agents::react_agent_options{rt.router(), runner, tools->definitions()});
  const interruption stop{rt, [agent] {
                            caf::anon_send_exit(agent, caf::exit_reason::user_shutdown);
                          }};
  caf::scoped_actor self{rt.system()};
  agent_reply reply;
  reply.outcome = agent_outcome::stopped;
  reply.status = completion_status::shutting_down;
  reply.reason = "the runtime ended";
  // Unbounded in time: each step has its deadline, and their number a cap.
  self->request(agent, caf::infinite, std::move(work.job))
      .receive([&](const agent_reply& m) { reply = m; }, [](const caf::error&) {});
  self->send_exit(agent, caf::exit_reason::user_shutdown);
  self->send_exit(runner, caf::exit_reason::user_shutdown);
  return answer_of(reply);
}

void add_totals(report::run_answer& answer, const report::usage_report& usage) {
  for (const auto& [model, totals] : usage.by_model) {
    if (totals.answered > 0)
      answer.model = model;
    answer.input += totals.input;
    answer.cached_input += totals.cached_input;
    answer.output += totals.output;
  }
  answer.cost = usage.cost;
  answer.waited = usage.waited;
}

} // namespace spillway::apps
