#pragma once

#include "bench/in_process/workload.hpp"

#include <memory>

namespace bench {

/// The same decisions by the same core classes, as functions behind one std::mutex each: what a
/// library without actors would do.
class mutex_fleet {
public:
  mutex_fleet();
  ~mutex_fleet();

  /// One request from selection to settlement. Thread-safe. True if it was answered.
  bool complete();

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace bench
