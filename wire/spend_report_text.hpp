#pragma once

#include "core/report/spend_report.hpp"
#include "core/units.hpp"

#include <string>
#include <vector>

namespace spillway::wire {

/// A report and what it is of.
struct spend_summary {
  report::spend_dimension by = report::spend_dimension::model;
  wall_time from{};
  wall_time to{};
  std::string zone;    ///< of its hours and days
  std::string journal; ///< its file
  std::vector<report::spend_line> lines;
  report::spend_line total;
};

/// {"by", "from", "to", "zone", "journal", "lines": [LINE...], "total": LINE}, where a LINE has
/// name, requests, calls, answered, rate_limited_429, unknown, fallbacks, input_tokens,
/// cached_input_tokens, output_tokens, reasoning_tokens, cost_usd (an exact decimal), folded_calls
/// (of `calls`, those that are in neither `requests` nor `fallbacks`). The name is
/// null where calls have none.
std::string encode_spend_json(const spend_summary& s);

/// RFC 4180 with a header line and the members of a LINE as columns, without the total. A name that
/// a spreadsheet would take for a formula gets an apostrophe in front.
std::string encode_spend_csv(const spend_summary& s);

} // namespace spillway::wire
