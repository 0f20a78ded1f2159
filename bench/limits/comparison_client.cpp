#include "bench/limits/client.hpp"
#include "bench/limits/gate.hpp"

#include <algorithm>
#include <deque>

namespace bench {
namespace {

using namespace spillway;

/// Callers wait in line before a gate; the first goes when the gate opens.
class line_before_gate final : public client {
public:
  line_before_gate(const std::string& gate_name, const quota_case& quota)
      : by_request_{quota.requests_per_minute.has_value()},
        gate_{make_gate(gate_name, by_request_ ? *quota.requests_per_minute
                                               : quota.tokens_per_minute.value_or(0))},
        waiting_max_{quota.waiting_max} {}

  bool offer(lease_id id, const offered_call& c, instant) override {
    if (line_.size() >= waiting_max_)
      return false;
    line_.push_back({id, by_request_ ? 1 : c.charge_guess()});
    return true;
  }

  std::vector<started_call> start_ready(instant now) override {
    std::vector<started_call> out;
    while (!line_.empty() && gate_->opens_at(line_.front().guess, now.mono) <= now.mono) {
      gate_->pass(line_.front().guess, now.mono);
      out.push_back({line_.front().id, std::nullopt});
      line_.pop_front();
    }
    return out;
  }

  std::optional<mono_time> next_due(instant now) override {
    if (line_.empty())
      return std::nullopt;
    return gate_->opens_at(line_.front().guess, now.mono);
  }

  void on_head(lease_id, const rate::observed_limits&, instant) override {}

  void on_end(lease_id, const offered_call& c, instant now) override {
    gate_->correct(by_request_ ? 1 : c.charge_guess(), by_request_ ? 1 : c.charge(), now.mono);
  }

  void on_refusal(lease_id, const rate::observed_limits&, duration, instant) override {}

private:
  struct in_line {
    lease_id id;
    std::int64_t guess;
  };

  bool by_request_;
  std::unique_ptr<gate> gate_;
  std::size_t waiting_max_;
  std::deque<in_line> line_;
};

} // namespace

const std::vector<std::string>& comparison_clients() {
  return gate_names();
}

std::unique_ptr<client> make_comparison_client(const std::string& name, const quota_case& quota) {
  return std::make_unique<line_before_gate>(name, quota);
}

} // namespace bench
