#include "apps/spillway/shell_command.hpp"

#include "apps/spillway/shell_scripts.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

namespace spillway::apps {

void add_shell_commands(CLI::App& app) {
  auto shell = std::make_shared<std::string>();
  CLI::App* completion = app.add_subcommand(
      "completion", "Print a script that completes this command line");
  completion->footer("Examples:\n"
                     "  source <(spillway completion bash)\n"
                     "  spillway completion zsh > ~/.zfunc/_spillway      # in your $fpath\n"
                     "  spillway completion fish > ~/.config/fish/completions/spillway.fish");
  completion->group("This program");
  completion->add_option("SHELL", *shell, "Whose script")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion->callback([shell, &app] {
    const command_doc root = describe(app);
    const std::string text = *shell == "bash"  ? bash_completion(root)
                             : *shell == "zsh" ? zsh_completion(root)
                                               : fish_completion(root);
    std::printf("%s", text.c_str());
  });
  CLI::App* man = app.add_subcommand("man", "Print the manual page");
  man->footer("Example:\n  spillway man | man -l -");
  man->group("This program");
  man->callback(
      [&app] { std::printf("%s", manual_page(describe(app), SPILLWAY_VERSION).c_str()); });
}

} // namespace spillway::apps
