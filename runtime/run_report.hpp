#pragma once

#include "core/report/run_report.hpp"
#include "runtime/runtime.hpp"

#include <string>

namespace spillway::runtime {

/// The report of a run from what its runtime last showed.
report::run_report make_run_report(const snapshot& last, duration elapsed);

/// One line of JSON; its fields are listed at `wire::encode_run_report`.
std::string to_json(const report::run_report& r);

} // namespace spillway::runtime
