#pragma once

#include "config/document.hpp"
#include "config/problems.hpp"
#include "core/routing/selection.hpp"

#include <vector>

namespace spillway::config {

/// The routes of `root` in order of name, each spelled out: where a route names another, that one's
/// models stand in its place; a model that comes twice keeps its first place.
/// Problems: a name that is neither a model nor a route, a name given twice, a cycle, a route named
/// as a model is, more models than `bounds::candidates_max`. Such routes come out incomplete.
std::vector<routing::route> expand_routes(const node& root, problem_list& problems);

} // namespace spillway::config
