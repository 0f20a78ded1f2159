#pragma once

#include "core/units.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace bench {

/// How other gateways decide whether one more call fits a limit of `limit` a minute.
class gate {
public:
  virtual ~gate() = default;
  /// When `amount` may pass, at the earliest; `now` if it may now.
  virtual spillway::mono_time opens_at(std::int64_t amount, spillway::mono_time now) = 0;
  /// A call passes whose charge is guessed to be `amount`.
  virtual void pass(std::int64_t amount, spillway::mono_time now) = 0;
  /// Its reply says what it really was.
  virtual void correct(std::int64_t guess, std::int64_t actual, spillway::mono_time now) = 0;
};

const std::vector<std::string>& gate_names();
/// Requires: one of `gate_names()`.
std::unique_ptr<gate> make_gate(const std::string& name, std::int64_t limit);

} // namespace bench
