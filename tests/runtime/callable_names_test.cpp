#include "runtime/callable_names.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace std::chrono_literals;

TEST_CASE("callers may name what is wired and still served, and routes") {
  const wall_time today{std::chrono::sys_days{std::chrono::year{2026} / 11 / 27}};
  config::settings s;
  for (const char* name : {"in-use", "ends-soon", "gone", "no-key"})
    s.models.emplace_back().id = {name};
  for (model_entry& m : s.models)
    m.provider = {"acme"};
  s.models[1].life.retired = today + 24h;
  s.models[2].life.retired = today;
  s.routing.routes.push_back({"default", {{"in-use"}}});
  std::string told;
  for (const callable_name& n :
       runtime::callable_names(s, {{"in-use"}, {"ends-soon"}, {"gone"}}, today))
    told += n.name + " of " + n.owner + "; ";
  CHECK(told == "in-use of acme; ends-soon of acme; default of spillway; ");
}
