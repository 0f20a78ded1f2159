#pragma once

#include <string>
#include <vector>

namespace spillway::wire {

/// What a configuration that was read again has changed, and what waits for a restart:
/// `{"applied": [...], "after_restart": [...], "warnings": [...]}`
std::string encode_reload(const std::vector<std::string>& applied,
                          const std::vector<std::string>& after_restart,
                          const std::vector<std::string>& warnings);

} // namespace spillway::wire
