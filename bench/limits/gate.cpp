#include "bench/limits/gate.hpp"

#include "core/assert.hpp"

#include <algorithm>
#include <deque>

namespace bench {
namespace {

using namespace spillway;
using namespace std::chrono_literals;

constexpr duration minute = 60s;

struct charge {
  mono_time ends;
  std::int64_t amount;
};

/// Charges with an end each; whatever has not ended counts.
class charge_log {
public:
  std::int64_t used(mono_time now) {
    while (!charges_.empty() && charges_.front().ends <= now) {
      used_ -= charges_.front().amount;
      charges_.pop_front();
    }
    return used_;
  }
  mono_time opens_at(std::int64_t amount, std::int64_t limit, mono_time now) {
    std::int64_t excess = used(now) + amount - limit;
    if (excess <= 0)
      return now;
    for (const charge& c : charges_)
      if ((excess -= c.amount) <= 0)
        return c.ends;
    return now + minute;
  }
  void add(mono_time ends, std::int64_t amount) {
    charges_.push_back({ends, amount});
    used_ += amount;
  }

private:
  std::deque<charge> charges_;
  std::int64_t used_ = 0;
};

/// Looks before the call and charges after it, as most gateways do.
class post_charging final : public gate {
public:
  explicit post_charging(std::int64_t limit) : limit_{limit} {}
  mono_time opens_at(std::int64_t amount, mono_time now) override {
    return log_.opens_at(amount, limit_, now);
  }
  void pass(std::int64_t, mono_time) override {}
  void correct(std::int64_t, std::int64_t actual, mono_time now) override {
    log_.add(now + minute, actual);
  }

private:
  std::int64_t limit_;
  charge_log log_;
};

/// A counter that is emptied at times; `window_end` says when.
class counter : public gate {
public:
  explicit counter(std::int64_t limit) : limit_{limit} {}
  mono_time opens_at(std::int64_t amount, mono_time now) override {
    roll(now);
    return used_ + amount <= limit_ ? now : end_;
  }
  void pass(std::int64_t amount, mono_time now) override {
    roll(now);
    if (end_ <= now)
      end_ = window_end(now);
    used_ += amount;
  }
  void correct(std::int64_t guess, std::int64_t actual, mono_time now) override {
    roll(now);
    used_ = std::max<std::int64_t>(used_ + actual - guess, 0);
  }

private:
  virtual mono_time window_end(mono_time now) const = 0;
  void roll(mono_time now) {
    if (end_ <= now)
      used_ = 0;
  }

  std::int64_t limit_;
  std::int64_t used_ = 0;
  mono_time end_{};
};

/// The window opens with its first request.
class fixed_window final : public counter {
public:
  using counter::counter;

private:
  mono_time window_end(mono_time now) const override { return now + minute; }
};

/// The window is the minute of a clock that goes 0.4 s before the provider's.
class calendar_counter final : public counter {
public:
  using counter::counter;

private:
  mono_time window_end(mono_time now) const override {
    constexpr duration skew = 400ms;
    const duration into = (now.time_since_epoch() + skew) % minute;
    return now - into + minute;
  }
};

/// Generic cell rate algorithm: a bucket of `limit`, refilled at `limit` a minute.
class gcra final : public gate {
public:
  explicit gcra(std::int64_t limit) : limit_{limit} {}
  mono_time opens_at(std::int64_t amount, mono_time now) override {
    return std::max(now, full_at_ + refill(amount) - minute);
  }
  void pass(std::int64_t amount, mono_time now) override {
    full_at_ = std::max(full_at_, now) + refill(amount);
  }
  void correct(std::int64_t guess, std::int64_t actual, mono_time) override {
    full_at_ += refill(actual - guess);
  }

private:
  duration refill(std::int64_t amount) const {
    return duration{static_cast<std::int64_t>(__int128{minute.count()} * amount / limit_)};
  }

  std::int64_t limit_;
  mono_time full_at_{};
};

/// Sixty buckets of a second each; one counts until it has wholly left the minute.
class sub_buckets final : public gate {
public:
  explicit sub_buckets(std::int64_t limit) : limit_{limit} {}
  mono_time opens_at(std::int64_t amount, mono_time now) override {
    return log_.opens_at(amount, limit_, now);
  }
  void pass(std::int64_t amount, mono_time now) override {
    const mono_time second = now - now.time_since_epoch() % duration{1s};
    log_.add(second + minute + 1s, amount);
  }
  void correct(std::int64_t guess, std::int64_t actual, mono_time now) override {
    pass(actual - guess, now);
  }

private:
  std::int64_t limit_;
  charge_log log_;
};

template <class Gate>
std::unique_ptr<gate> made(std::int64_t limit) {
  return std::make_unique<Gate>(limit);
}

struct named_gate {
  const char* name;
  std::unique_ptr<gate> (*make)(std::int64_t limit);
};

constexpr named_gate gates[] = {{"post_charging", made<post_charging>},
                                {"fixed_window", made<fixed_window>},
                                {"calendar_counter", made<calendar_counter>},
                                {"gcra_burst_limit", made<gcra>},
                                {"sub_buckets_60", made<sub_buckets>}};

} // namespace

const std::vector<std::string>& gate_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const named_gate& g : gates)
      out.emplace_back(g.name);
    return out;
  }();
  return names;
}

std::unique_ptr<gate> make_gate(const std::string& name, std::int64_t limit) {
  const auto* found = std::ranges::find(gates, name, &named_gate::name);
  SPILLWAY_ASSERT(found != std::end(gates));
  return found->make(limit);
}

} // namespace bench
