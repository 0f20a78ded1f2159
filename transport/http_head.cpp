#include "transport/http_head.hpp"

#include <algorithm>
#include <array>
#include <charconv>
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

bool is_same_name(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool is_ours(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 4> ours{"connection", "content-length", "host",
                                                 "transfer-encoding"};
  return std::ranges::any_of(ours, [&](auto field) { return is_same_name(name, field); });
}

bool are_safe(const wire::http_headers& headers) noexcept {
  return std::ranges::all_of(headers, [](const auto& field) {
    return is_token(field.first) && !is_ours(field.first) && is_field_text(field.second);
  });
}

/// A target or a host: anything but spaces and control characters.
bool is_one_word(std::string_view text) noexcept {
  return !text.empty() && std::ranges::none_of(text, [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u <= 0x20 || u == 0x7f;
  });
}

std::string_view reason_of(int status) noexcept {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 204: return "No Content";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return "Status";
  }
}

void add_field(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

std::string status_and_fields(int status, const wire::http_headers& headers) {
  std::string head = "HTTP/1.1 " + std::to_string(status) + " ";
  head.append(reason_of(status)).append("\r\n");
  for (const auto& [name, value] : headers)
    add_field(head, name, value);
  return head;
}

std::string host_of(const http_endpoint& to) {
  const bool literal_v6 = to.host.find(':') != std::string::npos;
  std::string host = literal_v6 ? "[" + to.host + "]" : to.host;
  if (to.port != (to.tls ? 443 : 80))
    host += ":" + std::to_string(to.port);
  return host;
}

} // namespace

bool is_safe(const http_endpoint& to) noexcept {
  return is_one_word(to.host);
}

bool is_safe(const wire::http_request& request) noexcept {
  return is_token(request.method) && is_one_word(request.target) && are_safe(request.headers);
}

bool is_safe(const wire::http_response& response) noexcept {
  return response.status >= 200 && response.status <= 999 && are_safe(response.headers);
}

bool may_have_body(int status) noexcept {
  return status >= 200 && status != 204 && status != 304;
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

std::string streamed_head(int status, const wire::http_headers& headers, body_framing framing,
                          bool keep_alive) {
  std::string head = status_and_fields(status, headers);
  if (framing == body_framing::chunked)
    add_field(head, "Transfer-Encoding", "chunked");
  if (!keep_alive)
    add_field(head, "Connection", "close");
  return head += "\r\n";
}

void append_chunk(std::string& to, std::string_view bytes) {
  std::array<char, 16> size{};
  const auto end = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
  to.append(size.data(), end).append("\r\n").append(bytes).append("\r\n");
}

std::string response_head(const wire::http_response& response, bool keep_alive) {
  std::string head = status_and_fields(response.status, response.headers);
  if (may_have_body(response.status))
    add_field(head, "Content-Length", std::to_string(response.body.size()));
  if (!keep_alive)
    add_field(head, "Connection", "close");
  return head += "\r\n";
}

} // namespace spillway::transport
