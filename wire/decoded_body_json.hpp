#pragma once

#include "core/report/decoded_body.hpp"

#include <string>

namespace spillway::wire {

/// One line of JSON: text, reasoning_text, tool_calls [{id, name, arguments}], finish_reason,
/// finish_native, model, usage {input, cached, cache_write, output, reasoning}, cost_usd, error
/// {kind, message, retry_after_s, limit_scope}. `arguments` is text, since a model may write
/// anything; none at all are "{}". What was not told is null: `usage` as a whole, `finish_reason`
/// of a reply that broke off. Dollars are exact decimals.
std::string encode_decoded_body(const report::decoded_body& body);

} // namespace spillway::wire
