#pragma once

#include "messages/private_handles.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <memory>
#include <vector>

namespace spillway::agents {

struct react_agent_options {
  router_actor router;
  tool_runner_actor tools;
  std::vector<tool_definition> definitions; ///< of what `tools` can run
};

/// A ReAct agent: the model thinks and asks for tools, the tools act, their results are observed,
/// until the model answers without asking for more. Works on one task at a time; a second
/// `run_agent` meanwhile is answered `stopped`.
class react_agent_state {
public:
  static constexpr const char* name = "react_agent";

  void start(react_agent_self::pointer self, react_agent_options options);

  caf::result<agent_reply> on_run_agent(const run_agent& m);
  void on_step_due();
  void on_stop();

private:
  void think();
  void on_completion(const completion_reply& m);
  void on_thought(const completion_reply& m);
  void act(const std::vector<tool_call>& calls);
  void observe(const tools_reply& m);
  void on_refusal(const completion_reply& m);
  void finish(agent_outcome outcome);
  void stop(const std::string& reason);

  react_agent_self::pointer self_ = nullptr;
  react_agent_options options_;
  run_agent job_;
  std::vector<chat_message> conversation_;
  caf::typed_response_promise<agent_reply> promise_;
  agent_reply reply_;
  int refusals_in_a_row_ = 0;
  bool busy_ = false;
};

react_agent_self::behavior_type
react_agent(react_agent_self::stateful_pointer<react_agent_state> self,
            react_agent_options options);

} // namespace spillway::agents
