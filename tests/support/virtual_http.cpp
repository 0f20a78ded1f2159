#include "tests/support/virtual_http.hpp"

#include <utility>

namespace spillway::tests {

using transport::http_failure_kind;
using namespace std::chrono_literals;

virtual_http::virtual_http(virtual_system& world, transport::http_handler handler,
                           std::uint64_t seed)
    : world_{world},
      handler_{std::move(handler)},
      random_{static_cast<std::minstd_rand::result_type>(seed)} {
}

duration virtual_http::network_delay() {
  return 5ms + std::chrono::microseconds{random_() % 40'000};
}

transport::http_call_id virtual_http::send(const transport::http_endpoint&,
                                           wire::http_request request,
                                           const transport::http_timeouts& timeouts,
                                           completion on_done) {
  const transport::http_call_id id = next_id_++;
  calls_.emplace(id, call{std::move(on_done), world_.now()});
  if (refused_) {
    world_.schedule(1ms, [this, id] { fail(id, http_failure_kind::connect_failed, false); });
    return id;
  }
  world_.schedule(network_delay(), [this, id, request = std::move(request)]() mutable {
    handler_(std::move(request), [this, id](transport::http_server_reply reply) {
      world_.schedule(network_delay(),
                      [this, id, reply = std::move(reply)] { deliver(id, reply); });
    });
  });
  const bool total_first = timeouts.total <= timeouts.first_byte;
  world_.schedule(total_first ? timeouts.total : timeouts.first_byte, [this, id, total_first] {
    fail(id, total_first ? http_failure_kind::total_timeout : http_failure_kind::first_byte_timeout,
         true);
  });
  return id;
}

void virtual_http::cancel(transport::http_call_id id) {
  world_.schedule(0ms, [this, id] { fail(id, http_failure_kind::cancelled, true); });
}

void virtual_http::deliver(transport::http_call_id id, transport::http_server_reply reply) {
  if (auto* response = std::get_if<wire::http_response>(&reply))
    return finish(id, std::move(*response));
  switch (std::get<transport::http_connection_fault>(reply)) {
    case transport::http_connection_fault::reset: return fail(id, http_failure_kind::reset, true);
    case transport::http_connection_fault::garbage:
      return fail(id, http_failure_kind::protocol_error, true);
    case transport::http_connection_fault::stall: return;
  }
}

void virtual_http::fail(transport::http_call_id id, http_failure_kind kind, bool sent) {
  finish(id, transport::http_failure{kind, sent, "virtual network"});
}

void virtual_http::finish(transport::http_call_id id,
                          std::variant<wire::http_response, transport::http_failure> outcome) {
  auto done = calls_.extract(id);
  if (!done)
    return;
  transport::http_exchange exchange;
  exchange.sent_at = done.mapped().sent_at;
  exchange.finished_at = world_.now();
  exchange.first_byte_at = std::holds_alternative<wire::http_response>(outcome)
                               ? exchange.finished_at
                               : exchange.sent_at;
  exchange.outcome = std::move(outcome);
  done.mapped().on_done(std::move(exchange));
}

} // namespace spillway::tests
