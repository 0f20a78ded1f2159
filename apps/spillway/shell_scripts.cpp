#include "apps/spillway/shell_scripts.hpp"

#include <string_view>

namespace spillway::apps {
namespace {

/// Calls `visit` with `c` and all below it.
template <class Visit>
void each_command(const command_doc& c, const Visit& visit) {
  visit(c);
  for (const command_doc& sub : c.commands)
    each_command(sub, visit);
}

std::string replaced(std::string_view text, char what, std::string_view by) {
  std::string out;
  for (const char c : text)
    if (c == what)
      out += by;
    else
      out += c;
  return out;
}

/// Within single quotes of a shell.
std::string quoted(std::string_view text) {
  return "'" + replaced(text, '\'', "'\\''") + "'";
}

std::string joined(const std::vector<std::string>& words, std::string_view by = " ") {
  std::string out;
  for (const std::string& w : words)
    out.append(out.empty() ? std::string_view{} : by).append(w);
  return out;
}

/// The paths of all commands below `root`, as alternatives of a `case`.
std::string paths_below(const command_doc& root) {
  std::vector<std::string> paths;
  each_command(root, [&](const command_doc& c) {
    if (c.path != root.path)
      paths.push_back("\"" + c.path + "\"");
  });
  return joined(paths, "|");
}

std::vector<std::string> words_at(const command_doc& c) {
  std::vector<std::string> out;
  for (const command_doc& sub : c.commands)
    out.push_back(sub.name);
  for (const option_doc& o : c.options)
    for (const std::string& word : o.positional ? o.choices : o.names)
      if (o.positional || word.starts_with("--"))
        out.push_back(word);
  return out;
}

/// "path:--a"|"path:-b".
std::string values_pattern(const command_doc& c, const option_doc& o) {
  std::vector<std::string> out;
  for (const std::string& name : o.names)
    out.push_back("\"" + c.path + ":" + name + "\"");
  return joined(out, "|");
}

} // namespace

std::string bash_completion(const command_doc& root) {
  std::string out = "# Completion of spillway's command line for bash.\n"
                    "_spillway() {\n"
                    "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
                    "  local path=spillway i\n"
                    "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
                    "    case \"$path ${COMP_WORDS[i]}\" in\n"
                    "      "
                    + paths_below(root)
                    + ") path=\"$path ${COMP_WORDS[i]}\" ;;\n"
                      "    esac\n"
                      "  done\n"
                      "  COMPREPLY=()\n"
                      "  case \"$path:$prev\" in\n";
  each_command(root, [&](const command_doc& c) {
    for (const option_doc& o : c.options)
      if (!o.positional && o.takes_value)
        out += "    " + values_pattern(c, o)
               + (o.choices.empty() ? ") return ;;\n" // a file, as the shell completes it
                                    : ") COMPREPLY=($(compgen -W " + quoted(joined(o.choices))
                                          + " -- \"$cur\")); return ;;\n");
  });
  out += "  esac\n"
         "  case \"$path\" in\n";
  each_command(root, [&](const command_doc& c) {
    out += "    \"" + c.path + "\") COMPREPLY=($(compgen -W " + quoted(joined(words_at(c)))
           + " -- \"$cur\")) ;;\n";
  });
  return out + "  esac\n"
               "}\n"
               "complete -o default -F _spillway spillway\n";
}

std::string zsh_completion(const command_doc& root) {
  const auto entry = [](const std::string& word, const std::string& text) {
    return quoted(replaced(word, ':', "\\:") + ":" + text);
  };
  std::string out = "#compdef spillway\n"
                    "# Completion of spillway's command line for zsh.\n"
                    "_spillway() {\n"
                    "  local at=spillway i\n"
                    "  local -a entries\n"
                    "  for ((i = 2; i < CURRENT; i++)); do\n"
                    "    case \"$at ${words[i]}\" in\n"
                    "      ("
                    + paths_below(root)
                    + ") at=\"$at ${words[i]}\" ;;\n"
                      "    esac\n"
                      "  done\n"
                      "  case \"$at:${words[CURRENT-1]}\" in\n";
  each_command(root, [&](const command_doc& c) {
    for (const option_doc& o : c.options)
      if (!o.positional && o.takes_value)
        out += "    (" + values_pattern(c, o) + ") "
               + (o.choices.empty() ? std::string{"_files"} : "compadd -- " + joined(o.choices))
               + "; return ;;\n";
  });
  out += "  esac\n"
         "  case \"$at\" in\n";
  each_command(root, [&](const command_doc& c) {
    out += "    (\"" + c.path + "\")\n      entries=(";
    for (const command_doc& sub : c.commands)
      out += "\n        " + entry(sub.name, sub.text);
    for (const option_doc& o : c.options)
      if (!o.positional)
        for (const std::string& name : o.names)
          if (name.starts_with("--"))
            out += "\n        " + entry(name, o.text);
    out += ")\n      _describe spillway entries\n";
    out += c.commands.empty() ? "      _files ;;\n" : "      ;;\n";
  });
  return out + "  esac\n"
               "}\n"
               "if [ \"$funcstack[1]\" = _spillway ]; then\n"
               "  _spillway \"$@\"\n"
               "else\n"
               "  compdef _spillway spillway\n"
               "fi\n";
}

std::string fish_completion(const command_doc& root) {
  std::string out = "# Completion of spillway's command line for fish.\n"
                    "function __spillway_at\n"
                    "  set -l path spillway\n"
                    "  for word in (commandline -opc)[2..-1]\n"
                    "    switch \"$path $word\"\n"
                    "      case "
                    + replaced(paths_below(root), '|', " ")
                    + "\n        set path \"$path $word\"\n"
                      "    end\n"
                      "  end\n"
                      "  test \"$path\" = \"$argv\"\n"
                      "end\n";
  each_command(root, [&](const command_doc& c) {
    const std::string here = "complete -c spillway -n '__spillway_at " + c.path + "' ";
    for (const command_doc& sub : c.commands)
      out += here + "-f -a " + sub.name + " -d " + quoted(sub.text) + "\n";
    for (const option_doc& o : c.options) {
      if (o.positional)
        continue;
      out += here;
      for (const std::string& name : o.names)
        out += name.starts_with("--") ? "-l " + name.substr(2) + " " : "-s " + name.substr(1) + " ";
      if (!o.choices.empty())
        out += "-x -a " + quoted(joined(o.choices)) + " ";
      else if (o.takes_value)
        out += "-r ";
      out += "-d " + quoted(o.text) + "\n";
    }
  });
  return out;
}

} // namespace spillway::apps
