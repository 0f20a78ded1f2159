#pragma once

namespace spillway::alerts {

/// Whether something is so, without flapping: it begins when a value has been over its threshold
/// for some windows in a row, and ends when it has been below a share of it for some.
class condition {
public:
  struct options {
    int windows_to_begin = 1;
    double clear_share = 0.8; ///< of the threshold
    int windows_to_end = 2;
  };

  condition() = default;
  explicit condition(options o) : options_{o} {}

  /// Takes the value of one more window. True if the condition began or ended by it.
  bool observe(double value, double threshold);

  /// Ends it without a window's value.
  void reset() noexcept { in_a_row_ = 0, holds_ = false; }

  bool holds() const noexcept { return holds_; }

private:
  options options_;
  int in_a_row_ = 0; ///< windows that speak for a change
  bool holds_ = false;
};

} // namespace spillway::alerts
