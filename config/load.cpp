#include "config/load.hpp"

#include "config/build.hpp"
#include "config/check.hpp"
#include "config/defaults.hpp"
#include "config/parse.hpp"
#include "config/routes.hpp"
#include "config/validate.hpp"
#include "core/bounds.hpp"

#include <filesystem>
#include <fstream>
#include <utility>

namespace spillway::config {

namespace {

error unreadable(const std::string& path, std::string_view why) {
  return {path + ": cannot read the configuration: " + std::string{why}};
}

/// Reads at most one byte more than allowed, so that a device or a growing file cannot fill memory.
result<std::string> read_bounded(const std::string& path) {
  std::error_code failed;
  const auto status = std::filesystem::status(path, failed);
  if (status.type() == std::filesystem::file_type::not_found)
    return unreadable(path, "there is no such file");
  if (failed)
    return unreadable(path, failed.message());
  if (std::filesystem::is_directory(status))
    return unreadable(path, "it is a directory; name the file itself");
  std::ifstream in{path, std::ios::binary};
  if (!in)
    return unreadable(path, "it cannot be opened; check its permissions");
  std::string text(bounds::config_file_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad())
    return unreadable(path, "reading failed half-way");
  return text;
}

/// The defaults of the program. Their own tests hold them valid.
node default_document() {
  node root = parse_toml(defaults::spillway_toml, "spillway.toml (built in)").value();
  for (const defaults::model_file& file : defaults::model_files)
    overlay(root, parse_toml(file.toml, std::string{file.provider} + ".toml (built in)").value());
  return root;
}

/// Lays the files that `catalog.files` of `own` names over `root`.
result<void> overlay_catalogs(node& root, const node& own, const std::filesystem::path& folder) {
  for (const std::string& name : texts_of(find(own, {"catalog", "files"}))) {
    const std::string path = (folder / name).string();
    auto text = read_bounded(path);
    if (!text)
      return text.failure();
    auto models = parse_toml(*text, path);
    if (!models)
      return models.failure();
    for (const member& m : members_of(&*models))
      if (m.key != "models")
        return error{to_string(m.key_at) + ": `" + m.key
                     + "` has no place here: a file of `catalog.files` holds models alone"};
    overlay(root, std::move(*models));
  }
  return {};
}

/// The routes of the program that `own` does not replace.
std::vector<std::string> routes_besides(const node& own, const node& defaults) {
  std::vector<std::string> out;
  for (const member& route : members_of(find(defaults, "routes")))
    if (find(own, {"routes", route.key}) == nullptr)
      out.push_back(route.key);
  return out;
}

/// Relative names of files start from `folder`, that of the configuration.
void anchor(settings& s, const std::filesystem::path& folder) {
  const auto start_here = [&](std::string& name) {
    if (!name.empty())
      name = (folder / name).string();
  };
  start_here(s.journal.path);
  start_here(s.gateway.tls_cert);
  start_here(s.gateway.tls_key);
  for (provider_settings& p : s.providers)
    start_here(p.ca_file);
  for (alert_target_settings& t : s.alerts.targets)
    start_here(t.ca_file);
}

result<settings> load(std::string_view text, std::string_view source,
                      const std::filesystem::path& folder) {
  if (text.size() > bounds::config_file_bytes_max)
    return unreadable(std::string{source}, "it is larger than "
                                               + std::to_string(bounds::config_file_bytes_max)
                                               + " bytes; this is no configuration file");
  auto own = parse_toml(text, source);
  if (!own)
    return own.failure();
  node root = default_document();
  const std::vector<std::string> built_in = routes_besides(*own, root);
  if (auto laid = overlay_catalogs(root, *own, folder); !laid)
    return laid.failure();
  overlay(root, std::move(own).value());

  problem_list problems;
  std::vector<std::string> warnings;
  check_keys(root, problems);
  validate(root, problems, warnings);
  auto routes = expand_routes(root, problems);
  if (!problems.empty())
    return problems.to_error();

  auto out = build_settings(root, {std::move(routes), built_in});
  if (!out)
    return error{std::string{source} + ": " + out.failure().message};
  anchor(*out, folder);
  out->warnings.insert(out->warnings.begin(), warnings.begin(), warnings.end());
  return out;
}

} // namespace

result<settings> load_text(std::string_view text, std::string_view source) {
  return load(text, source, {});
}

result<settings> load_file(const std::string& path) {
  auto text = read_bounded(path);
  if (!text)
    return text.failure();
  return load(*text, path, std::filesystem::path{path}.parent_path());
}

} // namespace spillway::config
