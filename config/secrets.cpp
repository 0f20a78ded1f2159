#include "config/secrets.hpp"

#include "config/values.hpp"
#include "config/withdraw.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>
#include <vector>

namespace spillway::config {

namespace {

/// Blanks around a value are an accident of `export KEY=$(cat file)`.
std::string trimmed(std::string text) {
  constexpr std::string_view blanks = " \t\r\n";
  text.erase(text.find_last_not_of(blanks) + 1);
  text.erase(0, text.find_first_not_of(blanks));
  return text;
}

/// The value of `name` without blanks around it; absent also if nothing is left.
std::optional<std::string> look_up(const environment& variables, const std::string& name) {
  auto value = variables(name);
  if (value)
    *value = trimmed(std::move(*value));
  return value && !value->empty() ? std::move(value) : std::nullopt;
}

// Langfuse's variables ----------------------------------------------------------------------------

error bad_variable(const std::string& name, const std::string& what) {
  return {"environment variable " + name + " " + what};
}

result<void> read_url(const environment& variables, langfuse_settings& out) {
  for (const std::string name : {"LANGFUSE_BASE_URL", "LANGFUSE_HOST"})
    if (const auto text = look_up(variables, name)) {
      auto url = read_base_url(*text);
      if (!url)
        return bad_variable(name, url.failure().message);
      out.url = std::move(url).value();
      return {};
    }
  return {};
}

std::optional<double> read_number(const std::string& text) {
  double value = 0;
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = failed == std::errc{} && stop == text.data() + text.size();
  return whole ? std::optional{value} : std::nullopt;
}

result<void> read_flush_at(const environment& variables, settings& s) {
  const std::string name = "LANGFUSE_FLUSH_AT";
  const auto text = look_up(variables, name);
  if (!text)
    return {};
  const auto value = read_number(*text);
  if (!value || !(*value >= 1 && *value <= 1e9))
    return bad_variable(name, "is no number of generations; allowed: 1 to "
                                  + std::to_string(bounds::trace_batch_max));
  s.langfuse.flush_at = std::min(static_cast<std::size_t>(*value), bounds::trace_batch_max);
  if (*value > static_cast<double>(bounds::trace_batch_max))
    s.warnings.push_back(name + " is taken as " + std::to_string(bounds::trace_batch_max)
                         + ", the most one export carries");
  return {};
}

result<void> read_flush_interval(const environment& variables, langfuse_settings& out) {
  const std::string name = "LANGFUSE_FLUSH_INTERVAL";
  const auto text = look_up(variables, name);
  if (!text)
    return {};
  const auto seconds = read_number(*text);
  if (!seconds || !(*seconds >= 0.001 && *seconds <= to_seconds(bounds::deadline_max)))
    return bad_variable(name, "is no number of seconds; allowed: 0.001 to 3600");
  out.flush_interval = std::chrono::milliseconds{static_cast<std::int64_t>(*seconds * 1000)};
  return {};
}

result<void> read_labels(const environment& variables, langfuse_settings& out) {
  const std::string name = "LANGFUSE_TRACING_ENVIRONMENT";
  if (auto label = look_up(variables, name)) {
    if (!is_environment_label(*label))
      return bad_variable(name, "is no environment's name; allowed: 1 to 40 of a-z 0-9 _ -, not "
                                "beginning with \"langfuse\"");
    out.environment = std::move(*label);
  }
  if (auto release = look_up(variables, "LANGFUSE_RELEASE"))
    out.release = std::move(*release);
  return {};
}

result<void> read_langfuse_variables(const environment& variables, settings& s) {
  if (auto url = read_url(variables, s.langfuse); !url)
    return url;
  if (auto count = read_flush_at(variables, s); !count)
    return count;
  if (auto interval = read_flush_interval(variables, s.langfuse); !interval)
    return interval;
  return read_labels(variables, s.langfuse);
}

// Credentials -------------------------------------------------------------------------------------

/// A credential ends up in a header line, where a line break would begin another one.
result<std::string> checked_key(const std::string& name, std::string value) {
  const bool printable =
      std::all_of(value.begin(), value.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!printable)
    return bad_variable(name, "holds a blank or a character that no key has; set it again");
  return value;
}

std::string names_of(const key_settings& k) {
  std::string out;
  for (const std::string& name : k.env)
    out.append(out.empty() ? "" : " or ").append(name);
  return out;
}

std::string key_names(const provider_settings& p) {
  std::string out;
  for (const key_settings& k : p.keys)
    out.append(out.empty() ? "" : " or ").append(names_of(k));
  return out;
}

std::string missing_key(const provider_settings& p) {
  return "provider `" + p.id.value + "` has no key: set " + key_names(p);
}

/// The credential, from the first of its variables that is set; absent if none is.
result<std::optional<std::string>> find_key(const key_settings& k, const environment& variables) {
  for (const std::string& name : k.env)
    if (auto value = look_up(variables, name)) {
      auto key = checked_key(name, std::move(*value));
      if (!key)
        return key.failure();
      return std::optional{std::move(key).value()};
    }
  return std::optional<std::string>{};
}

/// Decides about one provider and keeps those of its keys that are set.
result<void> unlock_provider(provider_settings& p, const environment& variables, settings& s,
                             secrets& out) {
  std::vector<key_settings> ready;
  std::string missing;
  for (key_settings& k : p.keys) {
    auto key = find_key(k, variables);
    if (!key)
      return key.failure();
    if (key->has_value())
      out.api_keys.emplace(k.id(p.id), secret{std::move(**key)});
    else if (!k.env.empty()) {
      missing += (missing.empty() ? "" : ", ") + names_of(k);
      continue;
    }
    ready.push_back(std::move(k));
  }
  if (ready.empty() && p.enabled == activation::on)
    return error{missing_key(p) + ", or set `providers." + p.id.value + ".enabled = false`"};
  p.enabled = ready.empty() ? activation::off : activation::on;
  if (ready.empty())
    return {};
  if (!missing.empty())
    s.warnings.push_back("provider `" + p.id.value + "` goes without these of its keys: "
                         + missing);
  p.keys = std::move(ready);
  return {};
}

bool is_built_in(const settings& s, const routing::route& r) {
  return std::ranges::count(s.routing.built_in, r.name) != 0;
}

/// Whether a route that somebody wrote names a model of `p`.
bool is_wanted(const settings& s, const provider_settings& p) {
  const auto is_its = [&](const model_entry& m) {
    return m.provider == p.id
           && std::ranges::any_of(s.routing.routes, [&](const routing::route& r) {
                return !is_built_in(s, r) && std::ranges::count(r.models, m.id) != 0;
              });
  };
  return std::ranges::any_of(s.models, is_its);
}

/// Why no model of `p` is in a default route that nobody wrote.
std::string lack_of(const settings& s, const provider_settings& p) {
  const auto is_its = [&](const model_entry& m) { return m.provider == p.id; };
  if (std::ranges::none_of(s.models, is_its))
    return "`" + p.id.value
           + "` has no models, name some under [models.<name>], or let `spillway config init` "
             "write a configuration with the first ones";
  const auto unpriced = std::ranges::find_if(
      s.models, [&](const model_entry& m) { return is_its(m) && m.pricing.rows.empty(); });
  if (unpriced != s.models.end())
    return "`" + unpriced->id.value
           + "` has no price, give it `prices` or list it in `budget.unpriced_allowed`";
  return "`" + p.id.value
         + "` has none that chats and stays, name another or write a `default` under [routes]";
}

/// What there is to do if no model can be called with the keys that there are.
error no_model(const settings& s, const std::vector<provider_settings>& off) {
  std::string what = "no model can be called: ";
  if (s.providers.empty()) {
    std::string names;
    for (const provider_settings& p : off)
      names += (names.empty() ? "" : ", ") + key_names(p);
    return error{what + "set the key of a provider (" + names
                 + "), or give a server of your own a `base_url`"};
  }
  std::string lacks;
  for (const provider_settings& p : s.providers)
    lacks += (lacks.empty() ? "" : "; ") + lack_of(s, p);
  return error{what + lacks};
}

/// Lets providers go that are off, and their models.
result<void> drop_locked(settings& s) {
  withdrawal_reasons reasons;
  std::vector<provider_settings> off;
  for (const provider_settings& p : s.providers)
    if (p.enabled == activation::off) {
      off.push_back(p);
      if (is_wanted(s, p))
        s.warnings.push_back(missing_key(p) + "; going on without it");
      for (const model_entry& m : s.models)
        if (m.provider == p.id)
          reasons.emplace(m.id, "needs " + key_names(p));
    }
  std::erase_if(s.providers,
                [](const provider_settings& p) { return p.enabled == activation::off; });
  auto done = withdraw(s, reasons);
  const bool own = std::ranges::count(s.routing.built_in, s.routing.default_route) == 0;
  return done || own ? done : result<void>{no_model(s, off)};
}

result<void> unlock_langfuse(settings& s, const environment& variables, secrets& out) {
  langfuse_settings& l = s.langfuse;
  if (l.enabled == activation::off)
    return {};
  auto public_key = look_up(variables, l.public_key_env);
  auto secret_key = look_up(variables, l.secret_key_env);
  if (!public_key || !secret_key) {
    const std::string what = "Langfuse has no "
                             + std::string{public_key ? "secret key: set " + l.secret_key_env
                                                      : "public key: set " + l.public_key_env};
    if (l.enabled == activation::on)
      return error{what + ", or set `langfuse.enabled = false`"};
    if (public_key || secret_key)
      s.warnings.push_back(what + "; traces are off");
    l.enabled = activation::off;
    return {};
  }
  auto user = checked_key(l.public_key_env, std::move(*public_key));
  if (!user)
    return user.failure();
  auto password = checked_key(l.secret_key_env, std::move(*secret_key));
  if (!password)
    return password.failure();
  l.enabled = activation::on;
  out.langfuse = langfuse_keys{std::move(user).value(), secret{std::move(password).value()}};
  return read_langfuse_variables(variables, s);
}

// Alert targets -----------------------------------------------------------------------------------

error without(const alert_target_settings& t, const std::string& what, const std::string& name) {
  return {"alert target `" + t.name + "` has no " + what + ": set " + name
          + ", or take the target out of the configuration"};
}

/// The URL in the variable of `t`. What is told about it never repeats it.
result<base_url> find_target_url(const alert_target_settings& t, const environment& variables) {
  const auto text = look_up(variables, t.url_env);
  if (!text)
    return without(t, "address", t.url_env);
  auto url = read_target_url(*text);
  if (!url)
    return bad_variable(t.url_env, url.failure().message);
  if (!url->tls && !t.allow_private)
    return bad_variable(t.url_env, "is not encrypted; use https://, or set `alerts.targets."
                                       + t.name + ".allow_private = true`");
  return url;
}

result<secret> find_target_key(const alert_target_settings& t, const std::string& name,
                               const std::string& what, const environment& variables) {
  if (name.empty())
    return secret{};
  auto text = look_up(variables, name);
  if (!text)
    return without(t, what, name);
  auto key = checked_key(name, std::move(*text));
  if (!key)
    return key.failure();
  return secret{std::move(*key)};
}

result<alert_access> unlock_target(const alert_target_settings& t, const environment& variables) {
  alert_access out;
  out.url = t.url;
  if (!t.url_env.empty()) {
    auto url = find_target_url(t, variables);
    if (!url)
      return url.failure();
    out.url = std::move(*url);
  }
  std::string path = std::exchange(out.url.path, {});
  out.path = secret{path.starts_with('/') ? std::move(path) : "/" + path};
  const bool pager = t.kind == alert_target_kind::pagerduty;
  auto key = find_target_key(t, pager ? t.routing_key_env : t.secret_env,
                             pager ? "integration key" : "signing key", variables);
  if (!key)
    return key.failure();
  out.key = std::move(*key);
  return out;
}

result<void> unlock_alerts(const settings& s, const environment& variables, secrets& out) {
  for (const alert_target_settings& t : s.alerts.targets) {
    if (t.kind == alert_target_kind::langfuse) {
      if (!out.langfuse)
        return error{"alert target `" + t.name + "` goes to Langfuse, which is off: set "
                     + s.langfuse.public_key_env + " and " + s.langfuse.secret_key_env
                     + ", or take the target out of the configuration"};
      continue;
    }
    auto access = unlock_target(t, variables);
    if (!access)
      return access.failure();
    out.alert_targets.emplace(t.name, std::move(*access));
  }
  return {};
}

} // namespace

environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>{value} : std::nullopt;
  };
}

result<secrets> read_environment(settings& s, const environment& variables) {
  secrets out;
  for (provider_settings& p : s.providers)
    if (auto done = unlock_provider(p, variables, s, out); !done)
      return done.failure();
  if (auto done = drop_locked(s); !done)
    return done.failure();
  if (auto done = unlock_langfuse(s, variables, out); !done)
    return done.failure();
  if (auto done = unlock_alerts(s, variables, out); !done)
    return done.failure();
  return out;
}

result<secrets> read_alert_environment(settings& s, const environment& variables) {
  secrets out;
  if (auto done = unlock_langfuse(s, variables, out); !done)
    return done.failure();
  if (auto done = unlock_alerts(s, variables, out); !done)
    return done.failure();
  return out;
}

} // namespace spillway::config
