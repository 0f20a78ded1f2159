#include "tests/support/virtual_http.hpp"

#include "core/bounds.hpp"

#include <utility>

namespace spillway::tests {

using transport::http_failure_kind;
using namespace std::chrono_literals;

namespace {

/// Pieces keep their order: each takes as long as the slowest.
constexpr auto network_delay_max = 45ms;

} // namespace

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

transport::http_call_id virtual_http::send_streamed(const transport::http_endpoint& to,
                                                    wire::http_request request,
                                                    const transport::http_timeouts& timeouts,
                                                    transport::http_stream_events events,
                                                    completion on_done) {
  const auto id = send(to, std::move(request), timeouts, std::move(on_done));
  calls_.at(id).events = std::move(events);
  return id;
}

void virtual_http::consume(transport::http_call_id id, std::size_t bytes) {
  world_.schedule(0ms, [this, id, bytes] {
    const auto it = calls_.find(id);
    if (it == calls_.end())
      return;
    it->second.unconsumed -= bytes;
    pull(id);
  });
}

void virtual_http::deliver_whole(transport::http_call_id id, wire::http_response response) {
  const auto it = calls_.find(id);
  if (it != calls_.end() && it->second.events && response.status / 100 == 2) {
    it->second.events->on_head(
        {response.status, response.headers, world_.now(), it->second.sent_at});
    hand_out(it->second, std::exchange(response.body, {}));
  }
  finish(id, std::move(response));
}

void virtual_http::begin(transport::http_call_id id, transport::http_streamed_reply reply) {
  const auto it = calls_.find(id);
  if (it == calls_.end())
    return reply.body->close();
  call& c = it->second;
  c.first_byte_at = world_.now();
  c.head = {reply.status, std::move(reply.headers), {}};
  c.body = std::move(reply.body);
  if (c.events)
    c.events->on_head({c.head.status, c.head.headers, world_.now(), c.sent_at});
  c.body->attach(
      [this, id](bool) { world_.schedule(network_delay_max, [this, id] { pull(id); }); });
  pull(id);
}

void virtual_http::pull(transport::http_call_id id) {
  const auto it = calls_.find(id);
  if (it == calls_.end() || !it->second.body
      || it->second.unconsumed >= bounds::http_stream_window_bytes)
    return;
  call& c = it->second;
  transport::http_body::part part = c.body->take();
  c.body->written(part.bytes.size());
  hand_out(c, std::move(part.bytes));
  if (part.end == transport::http_body::state::finished)
    finish(id, std::move(c.head));
  else if (part.end == transport::http_body::state::aborted)
    fail(id, http_failure_kind::reset, true);
}

void virtual_http::hand_out(call& c, std::string bytes) {
  if (!c.events)
    c.head.body += bytes;
  else if (!bytes.empty()) {
    c.unconsumed += bytes.size();
    c.events->on_piece(std::move(bytes));
  }
}

void virtual_http::cancel(transport::http_call_id id) {
  world_.schedule(0ms, [this, id] { fail(id, http_failure_kind::cancelled, true); });
}

void virtual_http::deliver(transport::http_call_id id, transport::http_server_reply reply) {
  if (auto* response = std::get_if<wire::http_response>(&reply))
    return deliver_whole(id, std::move(*response));
  if (auto* streamed = std::get_if<transport::http_streamed_reply>(&reply))
    return begin(id, std::move(*streamed));
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
  const bool whole = !done.mapped().body && std::holds_alternative<wire::http_response>(outcome);
  exchange.first_byte_at = whole ? exchange.finished_at : done.mapped().first_byte_at;
  if (done.mapped().body)
    done.mapped().body->close();
  exchange.outcome = std::move(outcome);
  done.mapped().on_done(std::move(exchange));
}

} // namespace spillway::tests
