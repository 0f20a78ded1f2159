#include "runtime/local_servers.hpp"

#include "config/values.hpp"
#include "runtime/command_network.hpp"
#include "wire/openai/model_list.hpp"

#include <string>
#include <utility>

namespace spillway::runtime {
namespace {

/// A server on this machine answers a list at once.
constexpr transport::http_timeouts patience{std::chrono::seconds{1}, std::chrono::seconds{1},
                                            std::chrono::seconds{1}, std::chrono::seconds{2}};

constexpr const char* ollama_address = "127.0.0.1:11434";

bool has_port(const std::string& host) {
  const std::size_t colon = host.rfind(':');
  return colon != std::string::npos && host.find(']', colon) == std::string::npos;
}

/// OLLAMA_HOST is written for the server, too: "0.0.0.0" is what it listens on, without a scheme.
std::string ollama_url(const config::environment& variables) {
  std::string host = variables("OLLAMA_HOST").value_or("");
  if (host.empty())
    host = ollama_address;
  if (host.find("://") != std::string::npos)
    return host;
  if (!has_port(host))
    host += ":11434";
  if (host.starts_with("0.0.0.0"))
    host.replace(0, 7, "127.0.0.1");
  return "http://" + host;
}

} // namespace

std::vector<config::found_server> find_local_servers(const config::environment& variables) {
  std::string text = ollama_url(variables);
  while (text.ends_with('/'))
    text.pop_back();
  text += "/v1";
  const auto url = config::read_base_url(text);
  if (!url)
    return {};
  command_network network;
  const auto http = network.factory()({});
  if (!http)
    return {};
  const auto exchange = ask(**http, {url->tls, url->host, url->port},
                            {"GET", url->path + "/models", {}, {}}, patience)
                            .get();
  const auto* reply = std::get_if<wire::http_response>(&exchange.outcome);
  if (reply == nullptr || reply->status != 200)
    return {};
  const auto models = wire::openai::decode_model_list(reply->body);
  if (!models || models->empty())
    return {};
  config::found_server out{"ollama", std::move(text), {}};
  for (const wire::openai::listed_model& m : *models)
    out.models.push_back(m.id);
  return {std::move(out)};
}

} // namespace spillway::runtime
