#pragma once

#include "core/report/token_report.hpp"

#include <string>

namespace spillway::wire {

/// A token report as one line of JSON: encoding, exact, files [{file, bytes, tokens}], total
/// {bytes, tokens}, models [{model, provider, tokenizer, exact, tokens, context, fits, cost_usd}].
/// `cost_usd` is an exact decimal, null if no price is known.
std::string encode_token_report(const report::token_report& r);

} // namespace spillway::wire
