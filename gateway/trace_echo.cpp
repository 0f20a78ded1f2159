#include "gateway/trace_echo.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace spillway::gateway {
namespace {

constexpr const char* trace_header = "traceparent";

/// Version 00: "00-", 32 digits, "-", 16 digits, "-", 2 digits.
bool is_traceparent(std::string_view text) {
  constexpr std::string_view shape = "00-dddddddddddddddddddddddddddddddd-dddddddddddddddd-dd";
  if (text.size() != shape.size())
    return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool digit = std::string_view{"0123456789abcdef"}.find(text[i]) != std::string_view::npos;
    if (shape[i] == 'd' ? !digit : shape[i] != text[i])
      return false;
  }
  return true;
}

} // namespace

transport::http_responder echo_trace(const wire::http_headers& request,
                                     transport::http_responder reply) {
  const std::string_view given = request.find(trace_header);
  if (!is_traceparent(given))
    return reply;
  const auto tell = [reply, trace = std::string{given}](transport::http_server_reply answer) {
    if (auto* whole = std::get_if<wire::http_response>(&answer))
      whole->headers.add(trace_header, trace);
    else if (auto* streamed = std::get_if<transport::http_streamed_reply>(&answer))
      streamed->headers.add(trace_header, trace);
    reply(std::move(answer));
  };
  return {tell, [reply](std::function<void()> gone) { reply.on_gone(std::move(gone)); }};
}

} // namespace spillway::gateway
