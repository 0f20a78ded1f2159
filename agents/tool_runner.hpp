#pragma once

#include "agents/toolbox.hpp"
#include "messages/handles.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <memory>

namespace spillway::agents {

/// Runs the tools of one toolbox, one call at a time. Spawn it detached: tools may block, and no
/// other actor should wait for them.
tool_runner_actor::behavior_type tool_runner(tool_runner_actor::pointer self,
                                             std::shared_ptr<const toolbox> tools);

} // namespace spillway::agents
