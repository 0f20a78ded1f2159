#pragma once

#include "transport/http_client.hpp"
#include "wire/http_message.hpp"

#include <string>
#include <string_view>

namespace spillway::transport {

/// True if nothing in it could be taken for the end of a line or of a message: no control character
/// anywhere, names and method are tokens, and none of the fields that the transport itself writes
/// (Connection, Content-Length, Host, Transfer-Encoding).
bool is_safe(const http_endpoint& to) noexcept;
bool is_safe(const wire::http_request& request) noexcept;
bool is_safe(const wire::http_response& response) noexcept;

/// False for the statuses whose replies end with their head (1xx, 204, 304).
bool may_have_body(int status) noexcept;

/// The head of a request up to and with the empty line; adds Host and Content-Length.
std::string request_head(const http_endpoint& to, const wire::http_request& request);

/// How the end of a streamed body is told: by chunks, or to HTTP/1.0 by the end of the connection.
enum class body_framing { chunked, until_close };

/// The head of a reply whose body is streamed.
std::string streamed_head(int status, const wire::http_headers& headers, body_framing framing,
                          bool keep_alive);

/// One chunk of a chunked body; the last one of no bytes ends it.
void append_chunk(std::string& to, std::string_view bytes);

/// The head of a reply up to and with the empty line; adds Connection, and Content-Length to a
/// reply that may have a body.
std::string response_head(const wire::http_response& response, bool keep_alive);

} // namespace spillway::transport
