#include "gateway/reply_name.hpp"

#include "core/ids.hpp"
#include "gateway/api.hpp"
#include "gateway/request_name.hpp"

#include <functional>
#include <utility>
#include <variant>

namespace spillway::gateway {

std::string reply_names::next() {
  return request_name("req_", request_id{next_.fetch_add(1, std::memory_order_relaxed)});
}

void name_reply(wire::http_headers& headers, reply_names& names) {
  if (!headers.contains(request_name_header))
    add_request_name(headers, names.next());
}

transport::http_responder with_name(std::shared_ptr<reply_names> names,
                                    transport::http_responder reply) {
  const auto tell = [reply, names = std::move(names)](transport::http_server_reply answer) {
    if (auto* whole = std::get_if<wire::http_response>(&answer))
      name_reply(whole->headers, *names);
    reply(std::move(answer)); // a stream begins with its name
  };
  return {tell, [reply](std::function<void()> gone) { reply.on_gone(std::move(gone)); }};
}

} // namespace spillway::gateway
