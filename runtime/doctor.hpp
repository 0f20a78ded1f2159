#pragma once

#include "config/secrets.hpp"
#include "core/report/checkup.hpp"

#include <string>
#include <vector>

namespace spillway::runtime {

struct doctor_options {
  std::string config_file;         ///< empty: the defaults
  config::environment environment; ///< where keys come from
  bool offline = false;            ///< do not talk to anybody
};

/// Looks whether a gateway with this configuration would work, and changes nothing: the file, the
/// keys, each provider and Langfuse (one request each that costs nothing, all at the same time, for
/// 15 s at most), the clock against theirs, the journal and its disk, alert targets, keys and
/// certificate of the gateway, the address to listen on, open files. Not for actors or I/O threads.
std::vector<report::checkup_item> examine(const doctor_options& options);

} // namespace spillway::runtime
