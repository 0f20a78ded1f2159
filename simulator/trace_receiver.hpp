#pragma once

#include "core/units.hpp"
#include "transport/http_server.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace spillway::simulator {

/// What a stand-in for Langfuse has accepted.
struct trace_counts {
  std::size_t exports = 0;
  std::size_t generations = 0;
  std::size_t events = 0;
  nano_usd cost_total;
  std::size_t refused = 0;  ///< exports answered 400
  std::string last_refusal; ///< why
};

/// A stand-in for Langfuse: accepts POST /api/public/otel/v1/traces, refuses what breaks its rules,
/// and counts what it accepts. Use it from one thread or strand.
class trace_receiver {
public:
  trace_receiver();

  /// May be copied; keeps the counts alive.
  transport::http_handler handler() const;
  const trace_counts& counts() const;

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace spillway::simulator
