#pragma once

#include "config/document.hpp"
#include "config/problems.hpp"

#include <string>
#include <vector>

namespace spillway::config {

/// Compares values with each other: names that must exist, sizes that must fit, prices that must
/// follow in time. Passes over values that `check_keys` refuses. What is odd but allowed goes to
/// `warnings`.
void validate(const node& root, problem_list& problems, std::vector<std::string>& warnings);

} // namespace spillway::config
