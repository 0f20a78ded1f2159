#include "config/withdraw.hpp"

#include "config/first_models.hpp"

#include <algorithm>
#include <utility>

namespace spillway::config {

namespace {

/// Takes withdrawn models out of `route`. Returns them with their reasons, for people.
std::string thin_out(routing::route& route, const withdrawal_reasons& reasons) {
  std::string left_out;
  std::vector<model_id> kept;
  for (model_id& id : route.models) {
    const auto why = reasons.find(id);
    if (why != reasons.end())
      left_out += (left_out.empty() ? "`" : ", `") + id.value + "` " + why->second;
    else
      kept.push_back(std::move(id));
  }
  route.models = std::move(kept);
  return left_out;
}

} // namespace

result<void> withdraw(settings& s, const withdrawal_reasons& reasons) {
  std::erase_if(s.models, [&](const model_entry& m) { return reasons.count(m.id) > 0; });
  for (routing::route& route : s.routing.routes) {
    const std::string left_out = thin_out(route, reasons);
    const bool own = std::ranges::count(s.routing.built_in, route.name) == 0;
    const bool standard = route.name == s.routing.default_route;
    if (standard && !own && route.models.empty())
      route.models = first_models(s);
    if (standard && route.models.empty())
      return error{"the default route `" + route.name + "` has no usable model: " + left_out};
    if (own && !left_out.empty())
      s.warnings.push_back("route `" + route.name + "` "
                           + (route.models.empty() ? "is closed: " : "goes without: ") + left_out);
  }
  std::erase_if(s.routing.routes, [](const routing::route& r) { return r.models.empty(); });
  return {};
}

} // namespace spillway::config
