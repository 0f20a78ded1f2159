#pragma once

#include "core/alerts/call_health.hpp"
#include "core/alerts/finding.hpp"
#include "core/alerts/spend_anomaly.hpp"
#include "core/money/ledger.hpp"

#include <optional>
#include <string>

/// What the rules' findings say to people, and what people can do about them.
namespace spillway::alerts {

finding crossing_finding(const money::level_crossing& c);
/// `empty_at`: absent if the forecast is no longer bad.
finding forecast_finding(const money::account_status& a, std::optional<wall_time> empty_at,
                         wall_time now);
finding errors_finding(const std::string& model, const call_health& h);
finding rejections_finding(const std::string& model, const call_health& h);
finding waits_finding(const std::string& model, const call_health& h);
finding surge_finding(const std::string& subject, nano_usd sum, const spend_anomaly::verdict& v);
finding drift_finding(const std::string& subject, nano_usd sum, const spend_anomaly::verdict& v);
/// `history`: whether there is enough of it to say what is usual.
finding hourly_spend_finding(const std::string& subject, nano_usd sum, nano_usd limit,
                             bool history);
finding trace_lag_finding(std::size_t pending, duration stuck);

} // namespace spillway::alerts
