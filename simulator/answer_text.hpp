#pragma once

#include "simulator/findings.hpp"

#include <cstddef>
#include <string>

namespace spillway::simulator {

/// A final answer made of what the tools told: real file names, line counts, notes and matches.
/// Requires: some finding or failure.
std::string answer_from_findings(const findings& found);

/// An answer made of the question's own sentences and words, about `bytes_wanted` long.
std::string answer_from_question(const std::string& question, std::size_t bytes_wanted);

} // namespace spillway::simulator
