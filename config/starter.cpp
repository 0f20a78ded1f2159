#include "config/starter.hpp"

#include "config/first_models.hpp"
#include "config/load.hpp"
#include "config/starter_models.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <utility>

namespace spillway::config {
namespace {

constexpr const char* head = R"(# Spillway's configuration.
# What is not said here is as the program has it; docs/CONFIG.md explains every key.
# `spillway config check` says whether a change makes sense, `spillway doctor` whether all of it
# works. Keys are read from the environment alone and never belong here.

)";

constexpr const char* servers_of_your_own =
    R"(# A server of your own: where it is, and what it serves.

# [providers.vllm]                  # or ollama, llamacpp
# base_url = "http://127.0.0.1:8000/v1"

# [models.my-model]
# provider = "vllm"
# upstream_name = "Qwen/Qwen3-8B"   # what the server calls it
# context = 32768                   # prompt and reply together, in tokens
# output_max = 4096
# limits = { concurrent_requests = 8 }
# prices = [{ input = 0, output = 0 }]

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

constexpr const char* gateway =
    R"(# The gateway, `spillway serve` ----------------------------------

[gateway]
listen = "127.0.0.1:8080"
# keys_env = ["SPILLWAY_KEY"]       # one of these is asked of callers; a must beyond this machine

# What survives a restart: budgets, windows, alerts --------------

[journal]
)";

bool is_set(const environment& variables, const std::string& name) {
  const auto value = variables(name);
  return value && value->find_first_not_of(" \t\r\n") != std::string::npos;
}

std::string joined(const std::vector<std::string>& names, const std::string& by) {
  std::string out;
  for (const std::string& name : names)
    out += (out.empty() ? "" : by) + name;
  return out;
}

std::vector<std::string> variables_of(const provider_settings& p) {
  std::vector<std::string> out;
  for (const key_settings& key : p.keys)
    out.insert(out.end(), key.env.begin(), key.env.end());
  return out;
}

class writer {
public:
  explicit writer(const starter_needs& needs) : needs_{needs} {}

  starter write() {
    // The defaults name the providers that are built in; their own tests hold them valid.
    const settings defaults = load_text("", "defaults").value();
    out_.text = head;
    write_providers(defaults);
    const std::string providers = out_.text;
    out_.text += budget;
    write_route(providers);
    write_langfuse(defaults.langfuse);
    write_targets();
    out_.text += std::string{gateway} + "path = " + toml_text(needs_.journal)
                 + "\n# an SQLite file; a relative name starts from the folder of this file\n";
    return std::move(out_);
  }

private:
  bool note(const std::string& name) {
    const bool set = is_set(needs_.variables, name);
    (set ? out_.found : out_.absent).push_back(name);
    return set;
  }

  // -- providers ----------------------------------------------------------------------------------

  void write_providers(const settings& defaults) {
    out_.text += "# Providers ------------------------------------------------------\n"
                 "# The tier of your account decides the limits that Spillway keeps to.\n\n";
    const catalog known{defaults.models};
    for (const provider_settings& p : defaults.providers) {
      const std::string key = key_of(p);
      write_provider(p, key);
      if (p.id.value == "openrouter" && !key.empty())
        out_.text += openrouter_models(known);
    }
    write_azure(known);
    for (const found_server& server : needs_.servers)
      out_.text += section_of(server);
    if (needs_.servers.empty())
      out_.text += servers_of_your_own;
  }

  /// The variable that holds its key; empty: none does.
  std::string key_of(const provider_settings& p) {
    const std::vector<std::string> names = variables_of(p);
    const auto set = std::ranges::find_if(
        names, [&](const std::string& name) { return is_set(needs_.variables, name); });
    if (set != names.end())
      out_.found.push_back(*set);
    else if (!names.empty())
      out_.absent.push_back(names.front());
    return set == names.end() ? std::string{} : *set;
  }

  void write_provider(const provider_settings& p, const std::string& key) {
    const std::string mark = key.empty() ? "# " : "";
    out_.text += mark + "[providers." + p.id.value + "]  # "
                 + (key.empty() ? "no key yet: set " + joined(variables_of(p), " or ")
                                : "its key is in " + key)
                 + "\n";
    if (!p.tier.empty())
      out_.text += mark + "tier = \"" + p.tier + "\"\n";
    out_.text += "\n";
  }

  void write_azure(const catalog& known) {
    if (!note("AZURE_OPENAI_API_KEY"))
      return;
    const auto endpoint = needs_.variables("AZURE_OPENAI_ENDPOINT");
    const auto url = azure_url(endpoint.value_or(""));
    if (!url)
      out_.notes.push_back("AZURE_OPENAI_API_KEY is set, but not where the resource is: "
                           + url.failure().message);
    else
      out_.found.push_back("AZURE_OPENAI_ENDPOINT");
    out_.text += azure_section(known, url ? *url : std::string{});
  }

  // -- routes -------------------------------------------------------------------------------------

  /// The default route over what `providers` and the environment allow to call.
  void write_route(const std::string& providers) {
    auto now = load_text(providers, "starter");
    const auto keys = now ? read_environment(*now, needs_.variables)
                          : result<secrets>{now.failure()};
    if (keys)
      out_.route = route_over(*now);
    else if (!out_.found.empty() || !needs_.servers.empty())
      out_.notes.push_back(keys.failure().message);
    out_.text += "# Routes ---------------------------------------------------------\n"
                 "# Names for agents to ask for, and the models to try in order.\n"
                 "# `spillway models` lists all there are.\n\n";
    const std::string mark = out_.route.empty() ? "# " : "";
    out_.text += mark + "[routes]\n" + mark + "default = [";
    std::string models;
    for (const std::string& id : out_.route)
      models += (models.empty() ? "" : ", ") + toml_text(id);
    out_.text += (models.empty() ? "\"gpt-6-luna\", \"gemini-2.5-flash-lite\"" : models)
                 + "]\n# careful = [\"gpt-6-sol\", \"default\"]\n\n";
  }

  /// What is left of the program's own, then a model of each provider that is not in it.
  static std::vector<std::string> route_over(const settings& s) {
    const catalog known{s.models};
    std::vector<std::string> out;
    std::vector<provider_id> served;
    const auto add = [&](const model_id& id) {
      out.push_back(id.value);
      served.push_back(known.find(id)->provider);
    };
    for (const routing::route& r : s.routing.routes)
      if (r.name == s.routing.default_route)
        std::ranges::for_each(r.models, add);
    for (const model_id& id : first_models(s))
      if (std::ranges::count(served, known.find(id)->provider) == 0
          && out.size() < bounds::candidates_max)
        add(id);
    return out;
  }

  // -- traces and alerts --------------------------------------------------------------------------

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

  const starter_needs& needs_;
  starter out_;
};

} // namespace

starter make_starter(const starter_needs& needs) {
  return writer{needs}.write();
}

} // namespace spillway::config
