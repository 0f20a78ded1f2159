#include "apps/spillway/shell_scripts.hpp"

#include <algorithm>
#include <string_view>

namespace spillway::apps {
namespace {

/// Text of a paragraph: what roff would read as a command or a hyphen is neither.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text)
    switch (c) {
      case '\\': out += "\\e"; break;
      case '-': out += "\\-"; break;
      default: out += c;
    }
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

/// Lines that stay as they are.
std::string roff_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out += end == 0 ? ".sp\n" : roff(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string bold(std::string_view text) {
  return "\\fB" + roff(text) + "\\fR";
}

std::string value_of(const option_doc& o) {
  if (!o.takes_value || o.positional)
    return {};
  std::string choices;
  for (const std::string& c : o.choices)
    choices += (choices.empty() ? "" : "|") + roff(c);
  return " " + (choices.empty() ? "\\fI" + roff(o.value) + "\\fR" : choices);
}

void write_option(std::string& out, const option_doc& o) {
  std::string names;
  for (const std::string& name : o.names)
    names += (names.empty() ? "" : ", ") + bold(name);
  out += ".TP\n" + names + value_of(o) + "\n" + roff(o.text);
  if (!o.standard.empty())
    out += " (default: " + roff(o.standard) + ")";
  out += "\n";
}

void write_command(std::string& out, const command_doc& c) {
  out += ".SS " + roff(c.path) + "\n" + roff(c.text) + ".\n";
  for (const option_doc& o : c.options)
    write_option(out, o);
  if (!c.notes.empty())
    out += ".PP\n.nf\n" + roff_lines(c.notes) + ".fi\n";
  for (const command_doc& sub : c.commands)
    write_command(out, sub);
}

constexpr const char* rest = R"(.SH ENVIRONMENT
Credentials are read from the environment alone.
.TP
.B SPILLWAY_CONFIG
The configuration file of every command that is given none by \-\-config.
.TP
.B OPENAI_API_KEY, GEMINI_API_KEY, GOOGLE_API_KEY, ANTHROPIC_API_KEY, DEEPSEEK_API_KEY
.TQ
.B GROQ_API_KEY, MISTRAL_API_KEY, OPENROUTER_API_KEY, AZURE_OPENAI_API_KEY
Keys of providers; the configuration names the variables of others.
.TP
.B SPILLWAY_KEY
What
.B spillway run \-\-gateway
sends as its key.
.TP
.B LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY, LANGFUSE_BASE_URL
Langfuse's keys, and where it is.
.TP
.B SLACK_WEBHOOK_URL, PAGERDUTY_ROUTING_KEY
Addresses and keys of alert targets.
.SH FILES
.TP
.I spillway.toml
The configuration, if it is in the current folder and none is named otherwise.
.TP
.I /etc/spillway/spillway.toml, /etc/spillway/environment
Configuration and keys of the systemd service.
.TP
.I /usr/share/doc/spillway/docs/CONFIG.md, OPERATIONS.md
Every key of the configuration; what to do when something is wrong.
.SH EXIT STATUS
.TP
.B 0
Done.
.TP
.B 1
It could not be done, or a check failed; standard error says why.
.TP
.B 2
The command line makes no sense.
.PP
.B spillway run
has more of them, which are listed with it.
.SH EXAMPLES
.TP
.B spillway config init && spillway doctor
Begin: a configuration for the keys there are, and a look whether all of it works.
.TP
.B spillway serve
The gateway. Agents use it by setting their base URL to http://127.0.0.1:8080/v1.
.TP
.B spillway report \-\-by team \-\-since 7d
What each team has spent in a week.
)";

} // namespace

std::string manual_page(const command_doc& root, const std::string& version) {
  std::string out = ".TH SPILLWAY 1 \"\" \"spillway " + roff(version)
                    + "\" \"User Commands\"\n"
                      ".SH NAME\nspillway \\- keeps fleets of LLM agents inside rate limits and "
                      "budgets\n.SH SYNOPSIS\n.B spillway\n.I COMMAND\n.RI [ OPTIONS ]\n"
                      ".SH DESCRIPTION\n"
                    + roff(root.text)
                    + "\n.PP\nBetween agents and the providers of models it keeps each account's "
                      "limits and each budget exactly, falls back to other models, and traces "
                      "every call to Langfuse.\n.SH OPTIONS\n";
  for (const option_doc& o : root.options)
    write_option(out, o);
  out += ".SH COMMANDS\n";
  for (const command_doc& c : root.commands)
    write_command(out, c);
  return out + rest;
}

} // namespace spillway::apps
