#include "agents/react_agent.hpp"

#include "core/bounds.hpp"

#include <algorithm>

namespace spillway::agents {
namespace {

/// A refused step that names a time to come again is tried this often before the agent gives up.
constexpr int refusals_in_a_row_max = 3;

} // namespace

void react_agent_state::start(react_agent_self::pointer self, react_agent_options options) {
  self_ = self;
  options_ = std::move(options);
}

caf::result<agent_reply> react_agent_state::on_run_agent(const run_agent& m) {
  if (busy_) {
    agent_reply refused;
    refused.name = m.name;
    refused.outcome = agent_outcome::stopped;
    refused.status = completion_status::overloaded;
    refused.reason = "the agent is busy with '" + job_.name + "'";
    return refused;
  }
  busy_ = true;
  job_ = m;
  if (job_.labels.run.empty())
    job_.labels.run = job_.labels.trace_id;
  if (job_.steps_max <= 0 || job_.steps_max > bounds::agent_steps_max)
    job_.steps_max = bounds::agent_steps_max;
  reply_ = {};
  reply_.name = m.name;
  refusals_in_a_row_ = 0;
  conversation_ = {{chat_role::system, m.instructions, {}, {}, {}},
                   {chat_role::user, m.task, {}, {}, {}}};
  promise_ = self_->make_response_promise<agent_reply>();
  think();
  return promise_;
}

void react_agent_state::on_step_due() {
  if (busy_)
    think();
}

void react_agent_state::on_stop() {
  if (busy_)
    stop("the agent was stopped");
}

void react_agent_state::think() {
  auto chat = std::make_shared<chat_request>();
  chat->messages = conversation_;
  chat->tools = options_.definitions;
  if (job_.output_tokens_max > token_count{0})
    chat->output_tokens_max = job_.output_tokens_max;
  run_completion step;
  step.target = job_.target;
  step.chat = std::move(chat);
  step.deadline = job_.step_deadline;
  step.labels = job_.labels;
  // The router answers every request within its deadline, so this needs none of its own.
  self_->request(options_.router, caf::infinite, std::move(step))
      .then([this](const completion_reply& m) { on_completion(m); },
            [this](const caf::error& why) { stop("the router stopped: " + caf::to_string(why)); });
}

void react_agent_state::on_completion(const completion_reply& m) {
  reply_.status = m.status;
  reply_.cost += m.cost.total;
  if (m.status == completion_status::answered)
    on_thought(m);
  else
    on_refusal(m);
}

void react_agent_state::on_thought(const completion_reply& m) {
  refusals_in_a_row_ = 0;
  ++reply_.steps;
  const chat_message& said = m.reply->message;
  if (!said.text.empty())
    reply_.text = said.text;
  conversation_.push_back(said);
  if (said.tool_calls.empty())
    finish(agent_outcome::finished);
  else if (reply_.steps >= job_.steps_max)
    finish(agent_outcome::step_cap);
  else
    act(said.tool_calls);
}

void react_agent_state::act(const std::vector<tool_call>& calls) {
  reply_.tool_calls += static_cast<int>(calls.size());
  self_->request(options_.tools, caf::infinite, run_tools{calls})
      .then([this](const tools_reply& m) { observe(m); },
            [this](const caf::error& why) { stop("the tools stopped: " + caf::to_string(why)); });
}

void react_agent_state::observe(const tools_reply& m) {
  conversation_.insert(conversation_.end(), m.observations.begin(), m.observations.end());
  think();
}

void react_agent_state::on_refusal(const completion_reply& m) {
  if (m.retry_after && ++refusals_in_a_row_ <= refusals_in_a_row_max) {
    self_->delayed_send(self_, *m.retry_after, step_due{});
    return;
  }
  reply_.reason = m.reason;
  finish(agent_outcome::stopped);
}

void react_agent_state::stop(const std::string& reason) {
  reply_.status = completion_status::shutting_down;
  reply_.reason = reason;
  finish(agent_outcome::stopped);
}

void react_agent_state::finish(agent_outcome outcome) {
  busy_ = false;
  conversation_.clear();
  reply_.outcome = outcome;
  promise_.deliver(std::move(reply_));
}

react_agent_self::behavior_type
react_agent(react_agent_self::stateful_pointer<react_agent_state> self,
            react_agent_options options) {
  self->state.start(self, std::move(options));
  self->set_exit_handler([self](caf::exit_msg& m) {
    self->state.on_stop();
    self->quit(std::move(m.reason));
  });
  return {
      [self](const run_agent& m) { return self->state.on_run_agent(m); },
      [self](step_due) { self->state.on_step_due(); },
  };
}

} // namespace spillway::agents
