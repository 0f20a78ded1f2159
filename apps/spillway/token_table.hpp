#pragma once

#include "core/report/token_report.hpp"

namespace spillway::apps {

/// Prints the texts with their counts, then what all of them cost each model as one call's input.
void print_token_table(const report::token_report& r);

} // namespace spillway::apps
