#include "config/lifecycle.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace spillway::config {

namespace {

/// Long enough to change a route, test it and roll it out.
constexpr std::chrono::days notice{60};

std::string day_text(wall_time t) {
  const std::chrono::year_month_day d{std::chrono::floor<std::chrono::days>(t)};
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(d.year()),
                static_cast<unsigned>(d.month()), static_cast<unsigned>(d.day()));
  return text;
}

std::string warning(const std::string& route, const model_entry& m, wall_time now) {
  const lifecycle& life = m.life;
  if (!life.retired || *life.retired > now + notice)
    return {};
  const bool gone = *life.retired <= now;
  return "route `" + route + "` uses `" + m.id.value + "`, which its vendor "
         + (gone ? "retired on " : "retires on ") + day_text(*life.retired)
         + (life.successor.empty() ? "" : "; its successor is `" + life.successor + "`");
}

} // namespace

std::vector<std::string> lifecycle_warnings(const settings& s, wall_time now) {
  std::vector<std::string> out;
  for (const routing::route& r : s.routing.routes) {
    if (r.name != s.routing.default_route && std::ranges::count(s.routing.built_in, r.name) != 0)
      continue; // nobody wrote it, and perhaps nobody asks for it
    for (const model_id& id : r.models) {
      const auto m = std::ranges::find(s.models, id, &model_entry::id);
      if (m == s.models.end())
        continue;
      if (std::string text = warning(r.name, *m, now); !text.empty())
        out.push_back(std::move(text));
    }
  }
  return out;
}

} // namespace spillway::config
