#pragma once

#include "wire/json_reader.hpp"

#include <string>
#include <utility>
#include <vector>

/// Internal to `wire`: what a caller notes beside its request, in the `metadata` of its body.
namespace spillway::wire {

/// The entries of `metadata` that are text, a number, true or false, each as text. Bookkeeping of
/// the caller's, so never a fault; whoever knows an entry judges what it says.
std::vector<std::pair<std::string, std::string>> metadata_entries(const nlohmann::json& body);

} // namespace spillway::wire
