#include "bench/limits/trial.hpp"

#include "simulator/quota.hpp"

#include <algorithm>
#include <queue>
#include <unordered_map>

namespace bench {
namespace {

using namespace spillway;
using namespace std::chrono_literals;
using simulator::window_kind;

/// Not measured: the windows fill, at less than the limit. From then on more is offered than fits.
constexpr duration start_up = 2min;
constexpr double start_up_load = 0.9;
/// Away from any whole minute.
const instant start{mono_time{} + 1h + 17300ms, wall_time{} + 1h + 17300ms};

enum class event_kind { offer, arrive, head, end, refusal, wake, foreign };

struct event {
  mono_time at{};
  std::uint64_t sequence = 0; ///< first planned, first served at equal times
  event_kind kind = event_kind::offer;
  lease_id call;
  bool operator>(const event& other) const noexcept {
    return std::tie(at, sequence) > std::tie(other.at, other.sequence);
  }
};

struct call_state {
  offered_call call;
  mono_time offered_at{};
  call_times times;
  rate::observed_limits seen;
  duration retry_after{};
};

/// One run of one client.
class run {
public:
  run(client& who, window_kind kind, const quota_case& quota, std::uint64_t seed)
      : who_{who},
        quota_{quota},
        load_{quota, seed},
        others_{quota, seed + 1'000'000},
        provider_{rules(kind, quota)} {}

  void go() {
    plan_offer();
    if (quota_.others > 0)
      plan(others_.next_gap(quota_.others), event_kind::foreign, {});
    const mono_time end = start.mono + quota_.minutes * 60s;
    while (events_.top().at < end) {
      const event e = events_.top();
      events_.pop();
      now_ = now_ + (e.at - now_.mono);
      happen(e);
      serve();
    }
  }

  std::int64_t offered = 0;
  std::int64_t sent = 0;
  std::int64_t rate_limited = 0;
  std::int64_t used = 0; ///< after start-up
  std::vector<double> wait_errors_s;

private:
  static simulator::quota_rules rules(window_kind kind, const quota_case& quota) {
    simulator::quota_rules r;
    r.requests_per_minute = quota.requests_per_minute;
    r.tokens_per_minute = quota.tokens_per_minute;
    r.window = kind;
    return r;
  }

  void plan(duration from_now, event_kind kind, lease_id call) {
    events_.push({now_.mono + from_now, ++planned_, kind, call});
  }

  void happen(const event& e) {
    switch (e.kind) {
      case event_kind::offer: offer(); break;
      case event_kind::arrive: arrive(e.call); break;
      case event_kind::head: who_.on_head(e.call, calls_.at(e.call).seen, now_); break;
      case event_kind::end:
        provider_.finish();
        who_.on_end(e.call, calls_.at(e.call).call, now_);
        calls_.erase(e.call);
        break;
      case event_kind::refusal:
        who_.on_refusal(e.call, calls_.at(e.call).seen, calls_.at(e.call).retry_after, now_);
        calls_.erase(e.call);
        break;
      case event_kind::wake: wake_at_ = mono_time::max(); break;
      case event_kind::foreign:
        if (!provider_.admit(others_.next_call().charge(), now_.mono))
          provider_.finish();
        plan(others_.next_gap(quota_.others), event_kind::foreign, {});
        break;
    }
  }

  void offer() {
    ++offered;
    const lease_id id{static_cast<std::uint64_t>(offered)};
    const offered_call call = load_.next_call();
    if (who_.offer(id, call, now_))
      calls_.emplace(id, call_state{call, now_.mono, {}, {}, {}});
    plan_offer();
  }

  void plan_offer() {
    const bool starting = now_.mono < start.mono + start_up;
    plan(load_.next_gap(starting ? start_up_load : offered_load), event_kind::offer, {});
  }

  void serve() {
    for (const started_call& started : who_.start_ready(now_)) {
      call_state& c = calls_.at(started.id);
      if (started.promised)
        note_wait(now_.mono - c.offered_at, *started.promised);
      c.times = load_.next_times();
      plan(c.times.there, event_kind::arrive, started.id);
    }
    if (const auto due = who_.next_due(now_); due && *due < wake_at_) {
      wake_at_ = std::max(*due, now_.mono + 1ns);
      plan(wake_at_ - now_.mono, event_kind::wake, {});
    }
  }

  void note_wait(duration waited, duration promised) {
    if (waited > duration{} || promised > duration{})
      wait_errors_s.push_back(std::abs(to_seconds(waited - promised)));
  }

  void arrive(lease_id id) {
    call_state& c = calls_.at(id);
    ++sent;
    const auto refused = provider_.admit(c.call.charge(), now_.mono);
    tell_standing(c);
    if (refused) {
      ++rate_limited;
      c.retry_after = refused->retry_after.value_or(duration{});
      return plan(c.times.back, event_kind::refusal, id);
    }
    if (now_.mono >= start.mono + start_up)
      used += quota_.requests_per_minute ? 1 : c.call.charge();
    plan(c.times.to_head + c.times.back, event_kind::head, id);
    plan(c.times.to_head + c.times.back + c.times.to_end, event_kind::end, id);
  }

  void tell_standing(call_state& c) {
    if (quota_.tells_work)
      c.seen.worked = c.times.to_head;
    if (const auto s = provider_.requests_standing(now_.mono)) {
      c.seen.requests_limit = s->limit;
      c.seen.requests_remaining = s->remaining;
      c.seen.requests_reset = s->reset;
    }
    if (const auto s = provider_.tokens_standing(now_.mono)) {
      c.seen.tokens_limit = s->limit;
      c.seen.tokens_remaining = s->remaining;
      c.seen.tokens_reset = s->reset;
    }
  }

  client& who_;
  const quota_case& quota_;
  workload load_;
  workload others_; ///< with the same key
  simulator::quota provider_;
  instant now_ = start;
  std::priority_queue<event, std::vector<event>, std::greater<>> events_;
  std::uint64_t planned_ = 0;
  mono_time wake_at_ = mono_time::max();
  std::unordered_map<lease_id, call_state> calls_;
};

std::optional<double> percentile_99(std::vector<double> values) {
  if (values.empty())
    return std::nullopt;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) * 99 / 100);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

} // namespace

const std::vector<quota_case>& quota_cases() {
  static const std::vector<quota_case> cases = {{"rpm_500", 500, {}, 250},
                                                {"rpm_15", 15, {}, 60, 240},
                                                {"tpm_450k_up_front", {}, 450'000, 37}};
  return cases;
}

std::string provider_name(window_kind kind) {
  switch (kind) {
    case window_kind::sliding: return "sliding_window";
    case window_kind::token_bucket: return "token_bucket";
    case window_kind::calendar: return "calendar_minute";
    case window_kind::quantised: return "quarter_bucket";
  }
  return "?";
}

trial_result run_trial(const std::string& client_name, const client_factory& make, window_kind kind,
                       const quota_case& quota, std::span<const std::uint64_t> seeds) {
  trial_result total{client_name, provider_name(kind), quota.name};
  std::vector<double> wait_errors_s;
  std::int64_t used = 0;
  for (const std::uint64_t seed : seeds) {
    const auto who = make(quota);
    run one{*who, kind, quota, seed};
    one.go();
    total.offered += one.offered;
    total.sent += one.sent;
    total.rate_limited += one.rate_limited;
    used += one.used;
    wait_errors_s.insert(wait_errors_s.end(), one.wait_errors_s.begin(), one.wait_errors_s.end());
  }
  const double minutes = to_seconds(quota.minutes * 60s - start_up) / 60;
  const auto limit = quota.requests_per_minute.value_or(quota.tokens_per_minute.value_or(1));
  total.use_ratio = static_cast<double>(used)
                    / (static_cast<double>(limit) * minutes * static_cast<double>(seeds.size()));
  total.wait_error_p99_s = percentile_99(std::move(wait_errors_s));
  return total;
}

} // namespace bench
