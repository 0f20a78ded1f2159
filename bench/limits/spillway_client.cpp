#include "bench/limits/client.hpp"
#include "core/rate/admission.hpp"
#include "core/rate/fair_queue.hpp"

#include <unordered_map>

namespace bench {
namespace {

using namespace spillway;

/// Standard deviation of a prompt's estimate, as a share of it in percent.
constexpr std::int64_t guess_deviation_percent = 4;
/// No tokenizer yields more than one token a byte; an estimate is a quarter of the bytes.
constexpr std::int64_t worst_guess_factor = 4;

rate::limits limits_of(const quota_case& q) {
  rate::limits l;
  l.requests_per_minute = q.requests_per_minute;
  l.tokens_per_minute = q.tokens_per_minute;
  return l;
}

rate::amount exactly(std::int64_t n) {
  return {n, 0, n};
}

rate::charge asked(const offered_call& c) {
  const rate::amount input{c.input_guess, c.input_guess * guess_deviation_percent / 100 + 1,
                           c.input_guess * worst_guess_factor};
  const rate::amount total{input.expected + c.output_max, input.deviation,
                           input.most + c.output_max};
  return {total, input, exactly(c.output_max)};
}

class spillway_client final : public client {
public:
  explicit spillway_client(const quota_case& quota)
      : desk_{limits_of(quota)}, waiting_max_{quota.waiting_max} {}

  bool offer(lease_id id, const offered_call& c, instant now) override {
    if (queue_.size() >= waiting_max_)
      return false;
    const rate::waiting_call call{id, asked(c), now.mono + std::chrono::hours{1}, {}, {}};
    const auto forecast = queue_.forecast(desk_, call, now);
    if (!forecast)
      return false;
    promised_.emplace(id, forecast->estimate);
    return queue_.push(call, now).waits;
  }

  std::vector<started_call> start_ready(instant now) override {
    std::vector<started_call> out;
    for (const lease_id id : queue_.grant_ready(desk_, now)) {
      desk_.mark_sent(id, now);
      out.push_back({id, promised_.extract(id).mapped()});
    }
    return out;
  }

  std::optional<mono_time> next_due(instant now) override { return queue_.next_due(desk_, now); }

  void on_head(lease_id id, const rate::observed_limits& seen, instant now) override {
    desk_.prove_arrival(id, now, seen.worked);
    desk_.observe(id, seen, now);
  }

  void on_end(lease_id id, const offered_call& c, instant now) override {
    desk_.settle(id, {exactly(c.charge()), exactly(c.input), exactly(c.output_max)}, now);
  }

  void on_refusal(lease_id id, const rate::observed_limits& seen, duration retry_after,
                  instant now) override {
    desk_.observe(id, seen, now);
    desk_.hear_refusal(id, seen, {}, now);
    desk_.release(id, rate::lease_end::rejected, now);
    desk_.pause_until(now.mono + retry_after);
  }

private:
  rate::admission desk_;
  rate::fair_queue queue_;
  std::size_t waiting_max_;
  std::unordered_map<lease_id, duration> promised_;
};

} // namespace

std::unique_ptr<client> make_spillway_client(const quota_case& quota) {
  return std::make_unique<spillway_client>(quota);
}

} // namespace bench
