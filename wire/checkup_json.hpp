#pragma once

#include "core/report/checkup.hpp"

#include <string>
#include <vector>

namespace spillway::wire {

/// {"healthy": bool, "checks": [{"what", "result", "detail", "advice"}]}; result is good, warning,
/// failed or skipped.
std::string encode_checkup(const std::vector<report::checkup_item>& items);

/// {"valid": bool, "problems": [TEXT...], "warnings": [TEXT...]}: of a configuration file.
std::string encode_config_check(const std::vector<std::string>& problems,
                                const std::vector<std::string>& warnings);

} // namespace spillway::wire
