#include "core/alerts/condition.hpp"

namespace spillway::alerts {

bool condition::observe(double value, double threshold) {
  const bool speaks = holds_ ? value < threshold * options_.clear_share : value > threshold;
  in_a_row_ = speaks ? in_a_row_ + 1 : 0;
  if (in_a_row_ < (holds_ ? options_.windows_to_end : options_.windows_to_begin))
    return false;
  holds_ = !holds_;
  in_a_row_ = 0;
  return true;
}

} // namespace spillway::alerts
