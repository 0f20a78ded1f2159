#include "simulator/usage_window.hpp"

#include "core/assert.hpp"

#include <absl/time/civil_time.h>
#include <absl/time/time.h>

#include <algorithm>
#include <deque>

namespace spillway::simulator {
namespace {

// Tokens x nanoseconds of a day does not fit 64 bits.
using wide = __int128;

constexpr wide divide_up(wide a, wide b) noexcept {
  return (a + b - 1) / b;
}

class sliding_window final : public usage_window {
public:
  sliding_window(std::int64_t limit, duration period) : limit_{limit}, period_{period} {}

  std::int64_t used(mono_time now) override {
    while (!charges_.empty() && charges_.front().ends <= now) {
      used_ -= charges_.front().amount;
      charges_.pop_front();
    }
    return used_;
  }

  duration wait_for(std::int64_t amount, mono_time now) override {
    std::int64_t excess = used(now) + amount - limit_;
    if (excess <= 0)
      return duration::zero();
    for (const charge& c : charges_)
      if ((excess -= c.amount) <= 0)
        return c.ends - now;
    return period_;
  }

  void take(std::int64_t amount, mono_time now) override {
    charges_.push_back({now + period_, amount});
    used_ += amount;
  }

  duration full_in(mono_time now) override {
    return used(now) == 0 ? duration::zero() : charges_.back().ends - now;
  }

private:
  struct charge {
    mono_time ends;
    std::int64_t amount;
  };
  std::int64_t limit_;
  duration period_;
  std::int64_t used_ = 0;
  std::deque<charge> charges_;
};

class token_bucket final : public usage_window {
public:
  token_bucket(std::int64_t limit, duration period) : limit_{limit}, period_{period} {}

  std::int64_t used(mono_time now) override {
    refill(now);
    return static_cast<std::int64_t>(divide_up(debt_, period_.count()));
  }

  // From the rounded use, as OpenAI does: its 429 texts have wait = (U + R - L) / L x 60 s exactly.
  duration wait_for(std::int64_t amount, mono_time now) override {
    const std::int64_t excess = used(now) + amount - limit_;
    if (excess <= 0)
      return duration::zero();
    return duration{static_cast<std::int64_t>(divide_up(wide{excess} * period_.count(), limit_))};
  }

  void take(std::int64_t amount, mono_time now) override {
    refill(now);
    debt_ += wide{amount} * period_.count();
  }

  duration full_in(mono_time now) override {
    refill(now);
    return duration{static_cast<std::int64_t>(divide_up(debt_, limit_))};
  }

private:
  void refill(mono_time now) {
    debt_ = std::max<wide>(0, debt_ - wide{(now - refilled_at_).count()} * limit_);
    refilled_at_ = now;
  }

  std::int64_t limit_;
  duration period_;
  wide debt_ = 0; ///< what is missing from full, in tokens x nanoseconds of the period
  mono_time refilled_at_{};
};

/// Tells the whole limit and holds a quarter of it, filled in a quarter of the period.
class quantised_window final : public usage_window {
public:
  quantised_window(std::int64_t limit, duration period)
      : inner_{std::max<std::int64_t>(limit / parts, 1), period / parts} {}

  std::int64_t used(mono_time now) override { return inner_.used(now); }
  duration wait_for(std::int64_t amount, mono_time now) override {
    return inner_.wait_for(amount, now);
  }
  void take(std::int64_t amount, mono_time now) override { inner_.take(amount, now); }
  duration full_in(mono_time now) override { return inner_.full_in(now); }

private:
  static constexpr std::int64_t parts = 4;
  token_bucket inner_;
};

class calendar_window final : public usage_window {
public:
  calendar_window(std::int64_t limit, duration period) : limit_{limit}, period_{period} {}

  std::int64_t used(mono_time now) override {
    const mono_time opened = now - now.time_since_epoch() % period_;
    if (opened != opened_at_) {
      opened_at_ = opened;
      used_ = 0;
    }
    return used_;
  }

  duration wait_for(std::int64_t amount, mono_time now) override {
    return used(now) + amount <= limit_ ? duration::zero() : opened_at_ + period_ - now;
  }

  void take(std::int64_t amount, mono_time now) override { used_ = used(now) + amount; }

  duration full_in(mono_time now) override {
    return used(now) == 0 ? duration::zero() : opened_at_ + period_ - now;
  }

private:
  std::int64_t limit_;
  duration period_;
  std::int64_t used_ = 0;
  mono_time opened_at_{};
};

class civil_day_window final : public usage_window {
public:
  civil_day_window(absl::TimeZone zone, std::int64_t limit, instant started)
      : zone_{zone}, limit_{limit}, started_{started} {}

  std::int64_t used(mono_time now) override {
    if (now >= ends_at_) {
      ends_at_ = end_of_day(now);
      used_ = 0;
    }
    return used_;
  }

  duration wait_for(std::int64_t amount, mono_time now) override {
    return used(now) + amount <= limit_ ? duration::zero() : ends_at_ - now;
  }

  void take(std::int64_t amount, mono_time now) override { used_ = used(now) + amount; }

  duration full_in(mono_time now) override {
    return used(now) == 0 ? duration::zero() : ends_at_ - now;
  }

private:
  mono_time end_of_day(mono_time now) const {
    const absl::Time time = absl::FromChrono(
        std::chrono::time_point_cast<std::chrono::system_clock::duration>(
            started_.wall + (now - started_.mono)));
    const absl::CivilDay today{absl::ToCivilDay(time, zone_)};
    const absl::Duration left = absl::FromCivil(today + 1, zone_) - time;
    return now + absl::ToChronoNanoseconds(left);
  }

  absl::TimeZone zone_;
  std::int64_t limit_;
  instant started_;
  std::int64_t used_ = 0;
  mono_time ends_at_{};
};

} // namespace

std::unique_ptr<usage_window> make_civil_day_window(const std::string& zone, std::int64_t limit,
                                                    instant started) {
  SPILLWAY_ASSERT(limit > 0);
  absl::TimeZone found;
  SPILLWAY_ASSERT(absl::LoadTimeZone(zone, &found));
  return std::make_unique<civil_day_window>(found, limit, started);
}

std::unique_ptr<usage_window> make_usage_window(window_kind kind, std::int64_t limit,
                                                duration period) {
  SPILLWAY_ASSERT(limit > 0 && period > duration::zero());
  switch (kind) {
    case window_kind::sliding: return std::make_unique<sliding_window>(limit, period);
    case window_kind::token_bucket: return std::make_unique<token_bucket>(limit, period);
    case window_kind::calendar: return std::make_unique<calendar_window>(limit, period);
    case window_kind::quantised: return std::make_unique<quantised_window>(limit, period);
  }
  SPILLWAY_ASSERT(!"a window_kind outside the enumeration");
}

} // namespace spillway::simulator
