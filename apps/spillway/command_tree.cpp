#include "apps/spillway/command_tree.hpp"

#include <CLI/CLI.hpp>

namespace spillway::apps {
namespace {

/// "TEXT:{a,b}" has the choices a and b.
std::vector<std::string> choices_in(const std::string& type) {
  std::vector<std::string> out;
  const std::size_t open = type.find('{');
  const std::size_t close = type.find('}', open);
  if (open == std::string::npos || close == std::string::npos)
    return out;
  for (std::size_t begin = open + 1; begin <= close;) {
    const std::size_t end = std::min(type.find(',', begin), close);
    out.push_back(type.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

option_doc describe_option(const CLI::Option& o) {
  option_doc out;
  out.positional = o.get_positional();
  if (out.positional)
    out.names.push_back(o.get_name(true));
  for (const std::string& name : o.get_snames())
    out.names.push_back("-" + name);
  for (const std::string& name : o.get_lnames())
    out.names.push_back("--" + name);
  out.takes_value = o.get_items_expected_max() > 0;
  out.required = o.get_required();
  out.many = o.get_items_expected_max() > 1;
  // What follows is what CLI11 checks it by.
  out.value = o.get_type_name().substr(0, o.get_type_name().find(':'));
  if (out.value == "INT" || out.value == "UINT" || out.value == "FLOAT")
    out.value = "N";
  out.choices = choices_in(o.get_type_name());
  out.text = o.get_description();
  out.standard = o.get_default_str();
  return out;
}

command_doc describe_command(const CLI::App& app, const std::string& above) {
  command_doc out;
  out.name = app.get_name();
  out.path = above.empty() ? out.name : above + " " + out.name;
  out.text = app.get_description();
  out.group = app.get_group();
  out.notes = app.get_footer();
  out.needs_command = app.get_require_subcommand_min() > 0;
  for (const CLI::Option* o : app.get_options())
    out.options.push_back(describe_option(*o));
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    out.commands.push_back(describe_command(*sub, out.path));
    if (out.commands.back().notes == out.notes) // CLI11 hands them down
      out.commands.back().notes.clear();
  }
  return out;
}

} // namespace

command_doc describe(const CLI::App& app) {
  return describe_command(app, {});
}

} // namespace spillway::apps
