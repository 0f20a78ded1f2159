#include "config/validate.hpp"

#include "config/values.hpp"
#include "core/bounds.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace spillway::config {

namespace {

std::vector<std::string_view> names_in(const node* t) {
  std::vector<std::string_view> out;
  for (const member& m : members_of(t))
    out.push_back(m.key);
  return out;
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.compare(0, 4, "127.") == 0;
}

class validator {
public:
  validator(const node& root, problem_list& problems, std::vector<std::string>& warnings)
      : root_{root},
        problems_{problems},
        warnings_{warnings},
        providers_{names_in(find(root, "providers"))} {}

  void run() {
    for (const member& model : members_of(find(root_, "models")))
      check_model(model);
    for (const member& provider : members_of(find(root_, "providers")))
      check_provider(provider);
    check_routing();
    check_budget();
    check_alert_targets();
    check_gateway();
  }

private:
  // Models ----------------------------------------------------------------------------------------

  void check_model(const member& model) {
    const key_path path = key_path{} / "models" / model.key;
    check_reference(find(model.value, "provider"), path / "provider", "provider", providers_);
    check_sizes(model, path);
    check_prices(find(model.value, "prices"), path / "prices");
    if (is_called(model.value) && items_of(find(model.value, "prices")).empty()
        && refuses_unpriced(model.key))
      warnings_.push_back("model `" + model.key
                          + "` has no price and will be refused; give `prices`, or list it in "
                            "`budget.unpriced_allowed`");
  }

  /// `n`, if it is a text, must be one of `known`.
  void check_reference(const node* n, const key_path& path, std::string_view what,
                       const std::vector<std::string_view>& known) {
    const auto* name = n ? n->as<std::string>() : nullptr;
    if (name && std::find(known.begin(), known.end(), *name) == known.end())
      problems_.add(n->at, path,
                    "names no " + std::string{what} + " there is"
                        + did_you_mean(problems_, *name, known)
                        + (known.size() <= names_told_max ? "; allowed: " + join(known) : ""));
  }

  static bool is_chat(const node& model) {
    const std::string_view kind = text_of(find(model, "kind"));
    return kind.empty() || kind == "chat";
  }

  /// Other models are there for their prices alone.
  static bool is_called(const node& model) {
    return is_chat(model) || text_of(find(model, "kind")) == "embedding";
  }

  void check_sizes(const member& model, const key_path& path) {
    const node* output = find(model.value, "output_max");
    const node* context = find(model.value, "context");
    // What has no provider is no model, which the check of single keys tells.
    const bool is_model = find(model.value, "provider") != nullptr;
    if (is_model && is_called(model.value) && !context)
      problems_.add(model.value.at, path / "context", "is missing");
    if (is_model && is_chat(model.value) && !output)
      problems_.add(model.value.at, path / "output_max", "is missing");
    const auto* reply = output ? output->as<std::int64_t>() : nullptr;
    const auto* room = context ? context->as<std::int64_t>() : nullptr;
    if (reply && room && *room > 0 && *reply > *room)
      problems_.add(output->at, path / "output_max",
                    "is " + std::to_string(*reply) + ", more than the whole context of "
                        + std::to_string(*room) + " tokens");
  }

  void check_prices(const node* prices, const key_path& path) {
    std::optional<std::chrono::sys_days> before;
    std::size_t index = 0;
    for (const node& row : items_of(prices)) {
      const key_path row_path = path.item(index);
      check_date(row, row_path, index, before);
      check_long_prompt(find(row, "long_prompt"), row_path / "long_prompt");
      ++index;
    }
  }

  void check_date(const node& row, const key_path& path, std::size_t index,
                  std::optional<std::chrono::sys_days>& before) {
    const node* from = find(row, "from");
    if (!from && index > 0)
      problems_.add(row.at, path / "from", "is missing; only the first row may do without a date");
    const auto* day = from ? from->as<std::chrono::sys_days>() : nullptr;
    if (day && before && *day <= *before)
      problems_.add(from->at, path / "from", "is not after the row before; sort rows by date");
    if (day)
      before = *day;
  }

  void check_long_prompt(const node* rows, const key_path& path) {
    std::int64_t before = 0;
    std::size_t index = 0;
    for (const node& row : items_of(rows)) {
      const node* above = find(row, "above_input");
      const auto* value = above ? above->as<std::int64_t>() : nullptr;
      if (value && *value <= before && before > 0)
        problems_.add(above->at, path.item(index) / "above_input",
                      "is not above the row before; sort rows by size");
      if (value)
        before = *value;
      ++index;
    }
  }

  bool refuses_unpriced(const std::string& model) const {
    const auto allowed = texts_of(find(root_, {"budget", "unpriced_allowed"}));
    return text_of(find(root_, {"budget", "unknown_price"})) != "allow"
           && std::find(allowed.begin(), allowed.end(), model) == allowed.end();
  }

  // Providers -------------------------------------------------------------------------------------

  void check_provider(const member& provider) {
    const key_path path = key_path{} / "providers" / provider.key;
    check_tier(provider, path);
    check_keys_of(provider, path);
    const node* enabled = find(provider.value, "enabled");
    const auto* on = enabled ? enabled->as<bool>() : nullptr;
    if (!find(provider.value, "base_url") && (!enabled || (on && *on)))
      problems_.add(provider.value.at, path / "base_url", "is missing");
    const auto url = read_base_url(text_of(find(provider.value, "base_url")));
    const bool has_key = !items_of(find(provider.value, "api_key_env")).empty()
                         || !items_of(find(provider.value, "keys")).empty();
    if (url && !url->tls && has_key && !is_loopback(url->host))
      warnings_.push_back("provider `" + provider.key + "`: its key travels unencrypted to "
                          + url->host + "; use https://");
  }

  void check_keys_of(const member& provider, const key_path& path) {
    const node* keys = find(provider.value, "keys");
    if (keys && items_of(keys).size() > bounds::keys_per_provider_max)
      problems_.add(keys->at, path / "keys",
                    "has more than " + std::to_string(bounds::keys_per_provider_max) + " keys");
    const std::set<std::string_view> offered = tiers_of(provider.key);
    const std::vector<std::string_view> tiers{offered.begin(), offered.end()};
    std::set<std::string_view> names;
    std::size_t index = 0;
    for (const node& key : items_of(keys)) {
      const key_path key_at = (path / "keys").item(index++);
      const node* name = find(key, find(key, "name") ? "name" : "env");
      if (name && !names.insert(text_of(name)).second)
        problems_.add(name->at, key_at,
                      "is named as another key of this provider; give it a `name`");
      check_reference(find(key, "tier"), key_at / "tier", "tier", tiers);
    }
  }

  void check_tier(const member& provider, const key_path& path) {
    const std::set<std::string_view> offered = tiers_of(provider.key);
    const std::vector<std::string_view> known{offered.begin(), offered.end()};
    const node* tier = find(provider.value, "tier");
    if (!tier && !known.empty())
      problems_.add(provider.key_at, path / "tier", "is missing; allowed: " + join(known));
    else if (tier && known.empty() && !text_of(tier).empty())
      problems_.add(tier->at, path / "tier",
                    "is not known: no model of this provider has `tiers`; give them, or leave the "
                    "tier out");
    else
      check_reference(tier, path / "tier", "tier", known);
  }

  std::set<std::string_view> tiers_of(std::string_view provider) const {
    std::set<std::string_view> out;
    for (const member& model : members_of(find(root_, "models")))
      if (text_of(find(model.value, "provider")) == provider)
        for (const member& tier : members_of(find(model.value, "tiers")))
          out.insert(tier.key);
    return out;
  }

  // Routing and budget ----------------------------------------------------------------------------

  void check_routing() {
    check_reference(find(root_, {"routing", "default_route"}),
                    key_path{} / "routing" / "default_route", "route",
                    names_in(find(root_, "routes")));
  }

  void check_budget() {
    const key_path path = key_path{} / "budget";
    const auto models = names_in(find(root_, "models"));
    for (const node& name : items_of(find(root_, {"budget", "unpriced_allowed"})))
      check_reference(&name, path / "unpriced_allowed", "model", models);
    const auto& rules = items_of(find(root_, {"budget", "rules"}));
    std::set<std::tuple<std::string_view, std::string_view, std::string_view>> seen;
    for (std::size_t i = 0; i < rules.size(); ++i)
      check_rule(rules[i], (path / "rules").item(i), seen);
    if (rules.empty())
      warnings_.push_back("no `[[budget.rules]]`: spending is counted but not capped");
  }

  void
  check_rule(const node& rule, const key_path& path,
             std::set<std::tuple<std::string_view, std::string_view, std::string_view>>& seen) {
    const node* scope_node = find(rule, "scope");
    const std::string_view scope = scope_node ? text_of(scope_node) : "global";
    const node* name = find(rule, "name");
    if (scope == "global" && !text_of(name).empty())
      problems_.add(name->at, path / "name",
                    "has no meaning for scope \"global\"; leave it out, or give a `scope`");
    const std::string_view period = text_of(find(rule, "period"));
    if (!period.empty() && !seen.insert({scope, text_of(name), period}).second)
      problems_.add(rule.at, path, "is a second rule for the same scope, name and period");
  }

  // Gateway ---------------------------------------------------------------------------------------

  void check_gateway() {
    const node* cert = find(root_, {"gateway", "tls_cert"});
    const node* key = find(root_, {"gateway", "tls_key"});
    const bool has_cert = !text_of(cert).empty();
    if (has_cert == !text_of(key).empty())
      return;
    const node* given = has_cert ? cert : key;
    problems_.add(given->at, key_path{} / "gateway" / (has_cert ? "tls_cert" : "tls_key"),
                  std::string{"needs "} + (has_cert ? "`tls_key`" : "`tls_cert`")
                      + " beside it; give both, or neither for plain HTTP");
  }

  // Alerts ----------------------------------------------------------------------------------------

  void check_alert_targets() {
    const key_path path = key_path{} / "alerts" / "targets";
    const node* targets = find(root_, {"alerts", "targets"});
    if (members_of(targets).size() > bounds::alert_targets_max)
      problems_.add(targets->at, path,
                    "has more than " + std::to_string(bounds::alert_targets_max) + " targets");
    for (const member& target : members_of(targets))
      check_alert_target(target, path / target.key);
  }

  void check_alert_target(const member& target, const key_path& path) {
    const std::string_view kind = text_of(find(target.value, "kind"));
    const node* url = find(target.value, "url");
    const node* url_env = find(target.value, "url_env");
    if (url && url_env)
      problems_.add(url->at, path / "url", "and `url_env` name two addresses; keep one");
    if (kind == "webhook" && !url && !url_env)
      problems_.add(target.key_at, path, "has no address; give `url` or `url_env`");
    check_foreign_key(target, path, "secret_env", "webhook");
    check_foreign_key(target, path, "routing_key_env", "pagerduty");
    if (kind == "langfuse")
      for (const char* key : {"url", "url_env", "allow_private", "ca_file"})
        check_foreign_key(target, path, key, "webhook, slack or pagerduty");
    const node* own = find(target.value, "allow_private");
    const bool within = own && own->as<bool>() && *own->as<bool>();
    const auto read = read_target_url(text_of(url));
    if (read && !read->tls && !within)
      problems_.add(url->at, path / "url",
                    "is not encrypted; use https://, or set `allow_private = true` if the target "
                    "is within your own network");
  }

  /// `key` has a meaning only for targets of one kind.
  void check_foreign_key(const member& target, const key_path& path, const char* key,
                         std::string_view kind) {
    const node* value = find(target.value, key);
    const std::string_view own = text_of(find(target.value, "kind"));
    if (value && !own.empty() && own != kind)
      problems_.add(value->at, path / key,
                    "has no meaning for a target of kind \"" + std::string{own} + "\", only for "
                        + std::string{kind});
  }

  /// A longer list of names helps nobody; the nearest one does.
  static constexpr std::size_t names_told_max = 12;

  const node& root_;
  problem_list& problems_;
  std::vector<std::string>& warnings_;
  const std::vector<std::string_view> providers_;
};

} // namespace

void validate(const node& root, problem_list& problems, std::vector<std::string>& warnings) {
  validator{root, problems, warnings}.run();
}

} // namespace spillway::config
