#include "runtime/alert_trial.hpp"

#include "runtime/alert_targets.hpp"
#include "runtime/command_network.hpp"
#include "runtime/system_wall_clock.hpp"

#include <algorithm>
#include <future>
#include <memory>
#include <utility>

namespace spillway::runtime {
namespace {

alerts::numbered_notice test_notice(alerts::notice_kind kind, wall_time now) {
  alerts::notice n;
  n.kind = kind;
  n.what = {{"test", "spillway alerts test", std::to_string(to_unix_nanos(now))},
            alert_severity::notice,
            "This is a test of Spillway's alerts. There is nothing to do."};
  n.at = n.since = now;
  return {static_cast<std::uint64_t>(to_unix_nanos(now)),
          std::make_shared<const alerts::notice>(std::move(n))};
}

/// One target and the clients that reach it.
class trial {
public:
  trial(const config::alert_target_settings& target, actors::alert_courier_options courier)
      : target_{target}, courier_{std::move(courier)} {}

  void begin(alerts::notice_kind kind, wall_time now) {
    answer_ = ask(*courier_.http, courier_.endpoint, courier_.encode(test_notice(kind, now), now),
                  actors::delivery_timeouts);
  }

  alerts::delivery_trial finish(wall_time now) {
    alerts::delivery_trial out{target_.name, to_string(target_.kind), false, 0, {}};
    const transport::http_exchange exchange = answer_.get();
    if (const auto* failure = std::get_if<transport::http_failure>(&exchange.outcome)) {
      out.detail = std::string{to_string(failure->kind)} + ": " + failure->message;
      return out;
    }
    const auto& response = std::get<wire::http_response>(exchange.outcome);
    const alerts::delivery_verdict v = courier_.judge(response, now);
    out.delivered = v.attempt == alerts::delivery_attempt::taken;
    out.http_status = response.status;
    out.detail = v.detail;
    return out;
  }

  bool opens_incidents() const { return target_.kind == config::alert_target_kind::pagerduty; }

private:
  const config::alert_target_settings& target_;
  actors::alert_courier_options courier_;
  std::future<transport::http_exchange> answer_;
};

std::string names_of(const std::vector<config::alert_target_settings>& targets) {
  std::string out;
  for (const config::alert_target_settings& t : targets)
    out += (out.empty() ? "" : ", ") + t.name;
  return out.empty() ? "none is configured" : "there are: " + out;
}

} // namespace

result<std::vector<alerts::delivery_trial>> try_alert_targets(const config::settings& settings,
                                                              const config::secrets& secrets,
                                                              const std::string& only) {
  const auto& targets = settings.alerts.targets;
  if (!only.empty()
      && std::ranges::find(targets, only, &config::alert_target_settings::name) == targets.end())
    return error{"no alert target is named `" + only + "`; " + names_of(targets)};
  command_network network;
  const wall_clock wall = system_wall_clock();
  const auto now = [&] { return wall(std::chrono::steady_clock::now()); };
  std::vector<trial> trials;
  for (const config::alert_target_settings& t : targets) {
    if (!only.empty() && t.name != only)
      continue;
    auto courier = courier_for(t, settings, secrets, network.factory());
    if (!courier)
      return courier.failure();
    trials.emplace_back(t, std::move(*courier));
  }
  const wall_time begun = now();
  for (trial& t : trials)
    t.begin(alerts::notice_kind::test, begun);
  std::vector<alerts::delivery_trial> out;
  for (trial& t : trials) {
    out.push_back(t.finish(now()));
    if (!out.back().delivered || !t.opens_incidents())
      continue;
    t.begin(alerts::notice_kind::resolve, begun);
    out.back().delivered = t.finish(now()).delivered;
  }
  return out;
}

} // namespace spillway::runtime
