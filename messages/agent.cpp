#include "messages/agent.hpp"

namespace spillway {

const char* to_string(agent_outcome outcome) noexcept {
  switch (outcome) {
    case agent_outcome::finished: return "finished";
    case agent_outcome::step_cap: return "step_cap";
    case agent_outcome::stopped: return "stopped";
  }
  return "?";
}

} // namespace spillway
