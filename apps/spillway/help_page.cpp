#include "apps/spillway/help_page.hpp"

#include "core/catalog.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <sstream>
#include <string_view>

namespace spillway::apps {
namespace {

constexpr std::size_t width = 80;
/// Where the texts of options and commands begin.
constexpr std::size_t indent = 24;

/// `text` filled into lines that begin at column `at`, where the first one already is.
std::string filled(const std::string& text, std::size_t at) {
  std::istringstream words{text};
  std::string out;
  std::string word;
  for (std::size_t column = at; words >> word; column += word.size()) {
    const bool first = column == at;
    if (!first && column + 1 + word.size() > width) {
      out += "\n" + std::string(at, ' ');
      column = at;
    } else if (!first) {
      out += ' ';
      ++column;
    }
    out += word;
  }
  return out + "\n";
}

/// A name in its column, and the text behind it, or below if the name is too long.
std::string entry(const std::string& name, const std::string& text) {
  std::string out = "  " + name;
  if (out.size() + 2 > indent)
    out += "\n" + std::string(indent, ' ');
  else
    out.resize(indent, ' ');
  return out + filled(text, indent);
}

std::string text_of(const option_doc& o) {
  std::string out = o.text;
  std::string more;
  for (const std::string& choice : o.choices)
    more += (more.empty() ? "one of " : ", ") + choice;
  if (!o.standard.empty())
    more += (more.empty() ? "default: " : "; default: ") + o.standard;
  return more.empty() ? out : out + " (" + more + ")";
}

std::string name_of(const option_doc& o) {
  std::string out;
  for (const std::string& name : o.names)
    out += (out.empty() ? "" : ", ") + name;
  if (!o.positional && o.names.size() == 1 && o.names.front().starts_with("--"))
    out.insert(0, "    "); // below the long names of those that have a short one
  return o.positional || !o.takes_value ? out : out + " " + o.value;
}

std::string usage_of(const command_doc& c) {
  std::string out = "Usage: " + c.path;
  if (!c.commands.empty())
    out += c.needs_command ? " COMMAND" : " [COMMAND]";
  out += " [OPTIONS]";
  for (const option_doc& o : c.options)
    if (o.positional) {
      const std::string name = o.names.front() + (o.many ? "..." : "");
      out += o.required ? " " + name : " [" + name + "]";
    }
  return out + "\n";
}

std::string commands_of(const command_doc& c) {
  std::vector<std::string> groups;
  for (const command_doc& sub : c.commands)
    if (std::ranges::count(groups, sub.group) == 0)
      groups.push_back(sub.group);
  std::string out;
  for (const std::string& group : groups) {
    out += "\n" + group + ":\n";
    for (const command_doc& sub : c.commands)
      if (sub.group == group)
        out += entry(sub.name, sub.text);
  }
  return out;
}

class page_maker : public CLI::FormatterBase {
public:
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode) const override {
    command_doc c = describe(*app);
    c.path = std::move(name);
    return help_page(c);
  }
};

} // namespace

std::string help_page(const command_doc& c) {
  std::string out = usage_of(c) + "\n" + filled(c.text + ".", 0) + commands_of(c);
  for (const bool positional : {true, false}) {
    std::string lines;
    for (const option_doc& o : c.options)
      if (o.positional == positional)
        lines += entry(name_of(o), text_of(o));
    if (!lines.empty())
      out += (positional ? "\nArguments:\n" : "\nOptions:\n") + lines;
  }
  return c.notes.empty() ? out : out + "\n" + c.notes + "\n";
}

void use_help_pages(CLI::App& app) {
  app.formatter(std::make_shared<page_maker>());
  app.failure_message([](const CLI::App*, const CLI::Error& what) {
    return std::string{"spillway: "} + what.what()
           + "\n`spillway --help` and `spillway COMMAND --help` say what there is.\n";
  });
}

std::string unknown_command(const command_doc& root, const std::vector<std::string>& words) {
  const command_doc* at = &root;
  for (const std::string& word : words) {
    if (word.starts_with("-") || !at->needs_command)
      return {};
    const auto sub = std::ranges::find(at->commands, word, &command_doc::name);
    if (sub == at->commands.end()) {
      std::vector<std::string_view> names;
      for (const command_doc& c : at->commands)
        names.push_back(c.name);
      const std::string near{nearest_name(word, names)};
      return "there is no `" + at->path + " " + word + "`"
             + (near.empty() ? "" : "; did you mean `" + at->path + " " + near + "`?");
    }
    at = &*sub;
  }
  return {};
}

} // namespace spillway::apps
