#include "config/starter.hpp"

#include "config/load.hpp"

#include <algorithm>
#include <initializer_list>

namespace spillway::config {
namespace {

constexpr const char* head = R"(# Spillway's configuration.
# What is not said here is as the program has it; docs/CONFIG.md explains every key.
# `spillway config check` says whether a change makes sense, `spillway doctor` whether all of it
# works. Keys are read from the environment alone and never belong here.

)";

constexpr const char* budget = R"(# Money ----------------------------------------------------------
# What a day may cost at most, all calls together; nothing is sent that could cost more. Add rules
# for a team, a user, a tag, a session or a run of an agent.

[budget]
zone = "UTC"                        # whose midnight begins a day

[[budget.rules]]
period = "day"
limit_usd = 10

# [[budget.rules]]
# scope = "team"                    # each team on its own account
# period = "month"
# limit_usd = 100
# on_exhausted = "wait"             # or "cheaper", "refuse"

)";

constexpr const char* routes = R"(# Routes ---------------------------------------------------------
# Names for agents to ask for, and the models to try in order.
# `spillway models` lists all there are.

# [routes]
# default = ["gpt-4o-mini", "gemini-2.5-flash-lite"]
# careful = ["gpt-4.1", "default"]

)";

constexpr const char* rest = R"(# The gateway, `spillway serve` ----------------------------------

[gateway]
listen = "127.0.0.1:8080"
# keys_env = ["SPILLWAY_KEY"]       # one of these is asked of callers; a must beyond this machine

# What survives a restart: budgets, windows, alerts --------------

[journal]
path = "spillway.journal"           # an SQLite file
)";

bool is_set(const environment& variables, const std::string& name) {
  const auto value = variables(name);
  return value && value->find_first_not_of(" \t\r\n") != std::string::npos;
}

class writer {
public:
  explicit writer(const environment& variables) : variables_{variables} {}

  starter write() {
    // The defaults name the providers that are built in; their own tests hold them valid.
    const settings defaults = load_text("", "defaults").value();
    out_.text = head;
    write_providers(defaults);
    out_.text += std::string{budget} + routes;
    write_langfuse(defaults.langfuse);
    write_targets();
    out_.text += rest;
    return std::move(out_);
  }

private:
  bool note(const std::string& name) {
    const bool set = is_set(variables_, name);
    (set ? out_.found : out_.absent).push_back(name);
    return set;
  }

  void write_providers(const settings& defaults) {
    out_.text += "# Providers ------------------------------------------------------\n"
                 "# The tier of your account decides the limits that Spillway keeps to.\n\n";
    for (const provider_settings& p : defaults.providers) {
      const std::vector<std::string> names = variables_of(p);
      const auto set = std::ranges::find_if(
          names, [&](const std::string& name) { return is_set(variables_, name); });
      const bool has_key = set != names.end();
      if (has_key)
        out_.found.push_back(*set);
      else if (!names.empty())
        out_.absent.push_back(names.front());
      write_provider(p, has_key ? "its key is in " + *set : "no key yet: set " + joined(names),
                     has_key);
    }
  }

  static std::vector<std::string> variables_of(const provider_settings& p) {
    std::vector<std::string> out;
    for (const key_settings& key : p.keys)
      out.insert(out.end(), key.env.begin(), key.env.end());
    return out;
  }

  static std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& name : names)
      out += (out.empty() ? "" : " or ") + name;
    return out;
  }

  void write_provider(const provider_settings& p, const std::string& note, bool active) {
    const std::string mark = active ? "" : "# ";
    out_.text += mark + "[providers." + p.id.value + "]  # " + note + "\n";
    if (!p.tier.empty())
      out_.text += mark + "tier = \"" + p.tier + "\"\n";
    out_.text += "\n";
  }

  void write_langfuse(const langfuse_settings& l) {
    const bool both = note(l.public_key_env) & note(l.secret_key_env);
    const std::string mark = both ? "" : "# ";
    out_.text += "# Traces ---------------------------------------------------------\n";
    out_.text += both ? "# Langfuse's keys are in the environment.\n\n"
                      : "# Off until LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY are set.\n\n";
    out_.text += mark + "[langfuse]\n" + mark + "environment = \"default\"\n" + mark
                 + "capture_input = false             # prompts stay here unless you say so\n"
                 + mark + "capture_output = false\n\n";
  }

  void write_targets() {
    out_.text += "# Alerts ---------------------------------------------------------\n"
                 "# To standard error, and to these. `spillway alerts test` tries them.\n\n";
    write_target("team", "slack", "notice", "SLACK_WEBHOOK_URL");
    write_target("night", "pagerduty", "critical", "PAGERDUTY_ROUTING_KEY");
  }

  void write_target(const std::string& name, const std::string& kind, const std::string& least,
                    const std::string& variable) {
    const bool set = note(variable);
    const std::string mark = set ? "" : "# ";
    out_.text += mark + "[alerts.targets." + name + "]  # "
                 + (set ? "its address is in " : "no address yet: set ") + variable + "\n" + mark
                 + "kind = \"" + kind + "\"\n" + mark + "least = \"" + least + "\"\n\n";
  }

  const environment& variables_;
  starter out_;
};

} // namespace

starter make_starter(const environment& variables) {
  return writer{variables}.write();
}

} // namespace spillway::config
