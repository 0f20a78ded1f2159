#include "config/routes.hpp"

#include "config/values.hpp"
#include "core/bounds.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace spillway::config {

namespace {

class expander {
public:
  expander(const node& root, problem_list& problems)
      : models_{find(root, "models")}, routes_{find(root, "routes")}, problems_{problems} {
    for (const node* known : {models_, routes_})
      for (const member& m : members_of(known))
        names_.push_back(m.key);
  }

  std::vector<routing::route> run() {
    std::vector<routing::route> out;
    for (const member& route : members_of(routes_)) {
      if (is_model(route.key))
        problems_.add(route.key_at, path_ / route.key, "is also the name of a model; rename it");
      out.push_back({route.key, expand(route)});
    }
    return out;
  }

private:
  bool is_model(std::string_view name) const { return models_ && find(*models_, name); }

  std::vector<model_id> expand(const member& route) {
    if (const auto known = done_.find(route.key); known != done_.end())
      return known->second;
    trail_.push_back(route.key);
    std::vector<model_id> models;
    std::set<std::string_view> seen;
    for (const node& item : items_of(&route.value)) {
      const std::string_view name = text_of(&item);
      if (name.empty())
        continue; // no name at all, which the check of single keys tells
      if (!seen.insert(name).second)
        problems_.add(item.at, path_ / route.key, "names " + quoted(name) + " twice");
      else
        add(models, item, route);
    }
    trail_.pop_back();
    if (models.size() > bounds::candidates_max)
      problems_.add(route.value.at, path_ / route.key,
                    "comes to " + std::to_string(models.size()) + " models; allowed: at most "
                        + std::to_string(bounds::candidates_max));
    return done_[route.key] = models;
  }

  /// Adds what `item` of `route` stands for.
  void add(std::vector<model_id>& models, const node& item, const member& route) {
    const std::string_view name = text_of(&item);
    if (is_model(name))
      return add_once(models, {std::string{name}});
    const member* other = routes_ ? find_member(*routes_, name) : nullptr;
    if (!other)
      return report_unknown(item, route);
    if (std::find(trail_.begin(), trail_.end(), name) != trail_.end())
      return report_cycle(item, route, name);
    if (trail_.size() >= levels_max)
      return problems_.add(item.at, path_ / route.key,
                           "is more than " + std::to_string(levels_max) + " routes deep");
    for (const model_id& id : expand(*other))
      add_once(models, id);
  }

  static void add_once(std::vector<model_id>& models, const model_id& id) {
    if (std::find(models.begin(), models.end(), id) == models.end())
      models.push_back(id);
  }

  void report_unknown(const node& item, const member& route) {
    const std::string_view name = text_of(&item);
    problems_.add(item.at, path_ / route.key,
                  "names " + quoted(name) + ", which is neither a model nor a route"
                      + did_you_mean(problems_, name, names_));
  }

  void report_cycle(const node& item, const member& route, std::string_view name) {
    std::string way;
    for (auto it = std::find(trail_.begin(), trail_.end(), name); it != trail_.end(); ++it)
      way.append((key_path{} / *it).text()).append(" -> ");
    problems_.add(item.at, path_ / route.key,
                  "leads back to itself: " + way + (key_path{} / name).text()
                      + "; take one step out");
  }

  static std::string quoted(std::string_view name) {
    return looks_like_secret(name) ? "a key" : "`" + (key_path{} / name).text() + "`";
  }

  /// Routes within routes: more is a mistake, and each level takes some of the stack.
  static constexpr std::size_t levels_max = 16;

  const node* models_;
  const node* routes_;
  problem_list& problems_;
  const key_path path_ = key_path{} / "routes";
  std::vector<std::string_view> names_; ///< of all models and routes
  std::vector<std::string_view> trail_; ///< the routes being expanded, outermost first
  std::map<std::string_view, std::vector<model_id>> done_;
};

} // namespace

std::vector<routing::route> expand_routes(const node& root, problem_list& problems) {
  return expander{root, problems}.run();
}

} // namespace spillway::config
