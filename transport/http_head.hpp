#pragma once

#include "transport/http_client.hpp"
#include "wire/http_message.hpp"

#include <string>

namespace spillway::transport {

/// True if nothing in the request could be taken for the end of a line: no control character in
/// method, target, names and values, and names and method are tokens.
bool is_safe(const wire::http_request& request) noexcept;
bool is_safe(const wire::http_headers& headers) noexcept;

/// The head of a request up to and with the empty line; adds Host and Content-Length.
std::string request_head(const http_endpoint& to, const wire::http_request& request);

/// The head of a reply up to and with the empty line; adds Content-Length and Connection.
std::string response_head(const wire::http_response& response, bool keep_alive);

} // namespace spillway::transport
