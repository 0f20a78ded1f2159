#include "config/starter_models.hpp"

#include "config/values.hpp"
#include "core/units.hpp"

#include <algorithm>

namespace spillway::config {
namespace {

/// What a server has beyond these is yours to name.
constexpr std::size_t models_of_server_max = 16;

/// The least that Ollama gives a prompt and its reply together, whatever the model could.
/// Source: https://docs.ollama.com/context-length (2026-11).
constexpr const char* ollama_context = "4096";

std::string dollars(std::int64_t nano_usd_per_mtok) {
  return to_decimal_usd(nano_usd{nano_usd_per_mtok});
}

/// The sizes and prices of `m`, for a model that is the same elsewhere.
std::string facts_of(const model_entry& m) {
  const money::price_row& row = m.pricing.rows.back().base;
  return "context = " + std::to_string(m.context_max.value()) + "\noutput_max = "
         + std::to_string(m.output_max.value()) + "\nprices = [{ input = " + dollars(row.input)
         + ", cached_input = " + dollars(row.cached_input) + ", output = " + dollars(row.output)
         + " }]\n\n";
}

std::string header_of(const std::string& name, const std::string& provider,
                      const std::string& upstream) {
  return "[models." + toml_text(name) + "]\nprovider = " + toml_text(provider)
         + "\nupstream_name = " + toml_text(upstream) + "\n";
}

/// Each line of `text` behind a mark of comments.
std::string commented_out(const std::string& text) {
  std::string out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    out += (line.empty() || line.front() == '#' ? "" : "# ") + line + "\n";
    begin = end + 1;
  }
  return out;
}

bool is_plain(const std::string& name) {
  return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view{"-_.:/@+"}.find(static_cast<char>(c))
                                       != std::string_view::npos;
  });
}

bool is_for_embeddings(const std::string& name) {
  return name.find("embed") != std::string::npos;
}

} // namespace

std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    out += c;
  }
  return out + '"';
}

std::string openrouter_models(const catalog& known) {
  std::string out = "# At the prices of their vendors. https://openrouter.ai/models has what else "
                    "there is; name what\n# you use.\n\n";
  for (const auto& [vendor, name] : {std::pair{"openai", "gpt-6-luna"},
                                     std::pair{"google", "gemini-2.5-flash-lite"}})
    if (const model_entry* m = known.find({name}))
      out += header_of("openrouter/" + std::string{name}, "openrouter",
                       std::string{vendor} + "/" + name)
             + facts_of(*m);
  return out;
}

result<std::string> azure_url(std::string_view endpoint) {
  constexpr std::string_view path = "/openai/v1";
  constexpr const char* advice =
      "set AZURE_OPENAI_ENDPOINT (https://NAME.openai.azure.com) and write the file again";
  while (endpoint.ends_with('/'))
    endpoint.remove_suffix(1);
  if (endpoint.empty())
    return error{advice};
  std::string url{endpoint};
  if (!url.ends_with(path))
    url += path;
  if (const auto read = read_base_url(url); !read)
    return error{read.failure().message + "; " + advice};
  return url;
}

std::string azure_section(const catalog& known, const std::string& url) {
  std::string out = "[providers.azure]  # its key is in AZURE_OPENAI_API_KEY\nbase_url = "
                    + toml_text(url.empty() ? "https://NAME.openai.azure.com/openai/v1" : url)
                    + "\n\n# Models of Azure are your deployments: `upstream_name` is what you "
                      "called one. Put its quota into\n# limits = { tokens_per_minute = 100_000, "
                      "requests_per_minute = 1000 }.\n\n";
  if (const model_entry* m = known.find({"gpt-6-luna"}))
    out += header_of("azure/gpt-6-luna", "azure", "gpt-6-luna") + facts_of(*m);
  return url.empty() ? commented_out(out) : out;
}

std::string section_of(const found_server& server) {
  std::string out = "[providers." + server.provider + "]  # it answers on this machine\nbase_url = "
                    + toml_text(server.base_url)
                    + "\n\n# It does not say how long a prompt may be: raise `context` if you "
                      "raised it there\n# (OLLAMA_CONTEXT_LENGTH).\n\n";
  std::size_t named = 0;
  for (const std::string& name : server.models) {
    if (!is_plain(name) || named == models_of_server_max)
      continue;
    ++named;
    const bool embeds = is_for_embeddings(name);
    out += header_of(server.provider + "/" + name, server.provider, name)
           + (embeds ? "kind = \"embedding\"\n" : "") + "context = " + ollama_context + "\n"
           + (embeds ? "" : "output_max = 2048\n") + "prices = [{ input = 0, output = 0 }]\n\n";
  }
  return out;
}

} // namespace spillway::config
