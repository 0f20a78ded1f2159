#include "transport/http_head.hpp"

#include <algorithm>
#include <string_view>

namespace spillway::transport {
namespace {

bool is_token(std::string_view text) noexcept {
  constexpr std::string_view symbols = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || symbols.find(c) != std::string_view::npos;
  });
}

bool is_field_text(std::string_view text) noexcept {
  return std::ranges::none_of(text, [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return (u < 0x20 && c != '\t') || u == 0x7f;
  });
}

bool is_target(std::string_view text) noexcept {
  return !text.empty() && std::ranges::none_of(text, [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u <= 0x20 || u == 0x7f;
  });
}

std::string_view reason_of(int status) noexcept {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 413: return "Content Too Large";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    default: return "Status";
  }
}

void add_field(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

std::string host_of(const http_endpoint& to) {
  const bool literal_v6 = to.host.find(':') != std::string::npos;
  std::string host = literal_v6 ? "[" + to.host + "]" : to.host;
  if (to.port != (to.tls ? 443 : 80))
    host += ":" + std::to_string(to.port);
  return host;
}

} // namespace

bool is_safe(const wire::http_headers& headers) noexcept {
  return std::ranges::all_of(
      headers, [](const auto& f) { return is_token(f.first) && is_field_text(f.second); });
}

bool is_safe(const wire::http_request& request) noexcept {
  return is_token(request.method) && is_target(request.target) && is_safe(request.headers);
}

std::string request_head(const http_endpoint& to, const wire::http_request& request) {
  std::string head = request.method + " " + request.target + " HTTP/1.1\r\n";
  add_field(head, "Host", host_of(to));
  for (const auto& [name, value] : request.headers)
    add_field(head, name, value);
  if (!request.body.empty() || request.method == "POST")
    add_field(head, "Content-Length", std::to_string(request.body.size()));
  return head += "\r\n";
}

std::string response_head(const wire::http_response& response, bool keep_alive) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head.append(reason_of(response.status)).append("\r\n");
  for (const auto& [name, value] : response.headers)
    add_field(head, name, value);
  add_field(head, "Content-Length", std::to_string(response.body.size()));
  if (!keep_alive)
    add_field(head, "Connection", "close");
  return head += "\r\n";
}

} // namespace spillway::transport
