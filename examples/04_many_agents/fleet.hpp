#pragma once

#include "core/result.hpp"
#include "messages/agent.hpp"
#include "runtime/runtime.hpp"

#include <future>
#include <string>
#include <vector>

/// Six reviewers at work.
class fleet {
public:
  /// Errors: a folder cannot be opened.
  static spillway::result<std::unique_ptr<fleet>> start(spillway::runtime::runtime& runtime,
                                                        const std::vector<std::string>& folders);

  /// Waits for all of them, at most `d`. True when they have finished.
  bool wait_for(std::chrono::milliseconds d);

  /// What they found, in order. Requires: finished.
  std::vector<spillway::agent_reply> findings();

  std::size_t size() const;

private:
  std::future<std::vector<spillway::agent_reply>> findings_;
};
