#include "runtime/callable_names.hpp"

#include <algorithm>

namespace spillway::runtime {

std::vector<callable_name> callable_names(const config::settings& s,
                                          const std::vector<model_id>& wired, wall_time now) {
  std::vector<callable_name> out;
  for (const model_entry& m : s.models)
    if (stage_of(m.life, now) != life_stage::retired
        && std::ranges::find(wired, m.id) != wired.end())
      out.push_back({m.id.value, m.provider.value});
  for (const routing::route& r : s.routing.routes)
    out.push_back({r.name, "spillway"});
  return out;
}

} // namespace spillway::runtime
