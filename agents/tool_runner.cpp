#include "agents/tool_runner.hpp"

namespace spillway::agents {
namespace {

tools_reply run_all(const toolbox& tools, const std::vector<tool_call>& calls) {
  tools_reply reply;
  reply.observations.reserve(calls.size());
  for (const tool_call& call : calls)
    reply.observations.push_back({chat_role::tool, tools.run(call).text, {}, {}, call.id});
  return reply;
}

} // namespace

tool_runner_actor::behavior_type tool_runner(tool_runner_actor::pointer,
                                             std::shared_ptr<const toolbox> tools) {
  return {
      [tools = std::move(tools)](const run_tools& m) { return run_all(*tools, m.calls); },
  };
}

} // namespace spillway::agents
