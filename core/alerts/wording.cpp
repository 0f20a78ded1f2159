#include "core/alerts/wording.hpp"

#include <cstdio>

namespace spillway::alerts {
namespace {

std::string percent(double share) {
  char out[32];
  std::snprintf(out, sizeof out, "%.1f %%", share * 100);
  return out;
}

std::string times(double factor) {
  char out[32];
  std::snprintf(out, sizeof out, "%.1f times", factor);
  return out;
}

/// To the cent; what is less than one, exactly, as "$0.00 of $0.00" tells nothing.
std::string usd(nano_usd amount) {
  constexpr nano_usd cent{nano_usd_per_usd / 100};
  return amount < cent ? "$" + to_decimal_usd(amount) : to_display_usd(amount, 2);
}

std::string seconds(duration d) {
  char out[32];
  std::snprintf(out, sizeof out, "%.1f s", to_seconds(d));
  return out;
}

std::string in_time(duration d) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(d).count();
  if (minutes < 120)
    return std::to_string(minutes) + " min";
  return minutes < 2 * 24 * 60 ? std::to_string(minutes / 60) + " h"
                               : std::to_string(minutes / 60 / 24) + " days";
}

std::string compared(nano_usd sum, const spend_anomaly::verdict& v) {
  return usd(sum) + " in an hour, " + times(v.times) + " the usual " + usd(v.usual)
         + " at this hour of the week";
}

} // namespace

finding crossing_finding(const money::level_crossing& c) {
  const money::account_status& a = c.account;
  const std::string state =
      usd(a.spent + a.reserved) + " of " + usd(a.limit) + " are spent or reserved";
  if (c.percent == 0)
    return {{"budget_refuses", a.account, {}},
            alert_severity::critical,
            "calls are being refused because they may cost more than what is left: " + state
                + "; raise `limit_usd`, or wait for the next period",
            a.ends};
  const alert_severity severity = c.percent >= 95   ? alert_severity::critical
                                  : c.percent >= 80 ? alert_severity::warning
                                                    : alert_severity::notice;
  return {{"budget_used", a.account, std::to_string(c.percent) + " %"},
          severity,
          std::to_string(c.percent) + " % of the budget are reached: " + state,
          a.ends};
}

finding errors_finding(const std::string& model, const call_health& h) {
  return {
      {"error_rate", "model " + model, {}},
      alert_severity::critical,
      percent(h.error_share())
          + " of the calls of the last five minutes failed, in the last "
            "minute too; look at the provider's status page, or take the model out of its routes"};
}

finding rejections_finding(const std::string& model, const call_health& h) {
  return {{"rate_limited_often", "model " + model, {}},
          alert_severity::critical,
          std::to_string(h.rejections())
              + " calls got 429 in ten minutes although our limits allowed them; the key is used "
                "elsewhere too, or `models."
              + model + ".limits` are above the account's"};
}

finding waits_finding(const std::string& model, const call_health& h) {
  return {
      {"slow_permits", "model " + model, {}},
      alert_severity::warning,
      "one call in twenty waits " + seconds(h.wait_p95())
          + " or longer for room in the rate limit; raise the tier, add models to the route, or "
            "send less"};
}

finding forecast_finding(const money::account_status& a, std::optional<wall_time> empty_at,
                         wall_time now) {
  std::string text = "at the pace of the last six hours the budget is empty ";
  text += empty_at ? "in " + in_time(*empty_at - now) + ", " + in_time(a.ends - *empty_at)
                         + " before its period ends"
                   : "before its period ends";
  text += ": " + usd(a.spent) + " of " + usd(a.limit) + " are spent";
  return {{"budget_forecast", a.account, {}}, alert_severity::warning, std::move(text)};
}

finding surge_finding(const std::string& subject, nano_usd sum, const spend_anomaly::verdict& v) {
  return {{"spend_surge", subject, {}},
          alert_severity::warning,
          compared(sum, v) + "; `[budget]` caps what must not happen"};
}

finding drift_finding(const std::string& subject, nano_usd sum, const spend_anomaly::verdict& v) {
  return {{"spend_drift", subject, {}},
          alert_severity::notice,
          "spending has risen for hours and stays up: " + compared(sum, v)};
}

finding hourly_spend_finding(const std::string& subject, nano_usd sum, nano_usd limit,
                             bool history) {
  return {{"hourly_spend", subject, {}},
          alert_severity::warning,
          usd(sum) + " in an hour; `alerts.hourly_spend_usd` is " + usd(limit)
              + (history ? "" : " (what is usual is not known before two weeks of history)")};
}

finding trace_lag_finding(std::size_t pending, duration stuck) {
  return {{"trace_lag", "langfuse", {}},
          alert_severity::warning,
          std::to_string(pending) + " traces wait, and none was taken for " + in_time(stuck)
              + "; check `langfuse.base_url`, its keys and its status"};
}

} // namespace spillway::alerts
