#include "providers/probe.hpp"

#include "providers/anthropic.hpp"
#include "providers/gemini.hpp"
#include "providers/profile.hpp"

namespace spillway::providers {
namespace {

/// Where to ask, and how the key is sent.
struct question {
  std::string path;
  std::string auth_header;
  std::string auth_prefix;
};

/// Anybody may see OpenRouter's list of models; what it says of the key itself needs that key.
std::string_view path_of(std::string_view dialect) {
  return dialect == "openrouter" ? "/key" : "/models";
}

result<question> question_for(std::string_view dialect, const std::string& base_path) {
  if (dialect == anthropic_dialect)
    return question{anthropic_path(base_path) + "/models", "x-api-key", ""};
  if (const auto native = find_gemini_profile(dialect)) {
    // Vertex lists no models beside the location; that of the project answers who may use it.
    const bool vertex = dialect == "vertex";
    return question{base_path + (vertex ? "" : "/models"), std::string{native->auth_header},
                    std::string{native->auth_prefix}};
  }
  const auto row = find_profile(dialect);
  if (!row)
    return row.failure();
  return question{base_path + std::string{path_of(dialect)}, std::string{row->auth_header},
                  std::string{row->auth_prefix}};
}

} // namespace

result<wire::http_request> make_probe(std::string_view dialect, std::string base_path,
                                      const secret& key) {
  while (base_path.ends_with('/'))
    base_path.pop_back();
  const auto asked = question_for(dialect, base_path);
  if (!asked)
    return asked.failure();
  wire::http_request out{"GET", asked->path, {}, {}};
  out.headers.add("Accept", "application/json");
  out.headers.add("User-Agent", "spillway");
  if (dialect == anthropic_dialect)
    out.headers.add("anthropic-version", std::string{anthropic_version});
  if (!key.empty())
    out.headers.add(asked->auth_header, asked->auth_prefix + key.reveal());
  return out;
}

} // namespace spillway::providers
