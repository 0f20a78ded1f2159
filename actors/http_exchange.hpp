#pragma once

#include "messages/private_handles.hpp"
#include "transport/http_client.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace spillway {

/// Transport to an actor: the exchange it began as `call` is over.
struct exchange_finished {
  std::uint64_t call = 0;
  transport::http_exchange exchange;
};

struct stream_begun {
  std::uint64_t call = 0;
  transport::http_reply_head head;
};

struct stream_piece {
  std::uint64_t call = 0;
  std::string bytes;
};

} // namespace spillway

namespace spillway::actors {

/// Sends a request whose outcome comes back to `self` as `exchange_finished{call, ...}`. The
/// transport's thread touches no actor state: it only sends a message.
template <class Self>
transport::http_call_id begin_exchange(Self* self, transport::http_client& client,
                                       std::uint64_t call, const transport::http_endpoint& endpoint,
                                       wire::http_request request,
                                       const transport::http_timeouts& timeouts) {
  // A strong reference: the transport calls back exactly once, stopping included.
  auto whom = caf::actor_cast<caf::strong_actor_ptr>(self);
  return client.send(
      endpoint, std::move(request), timeouts, [whom, call](transport::http_exchange done) {
        caf::anon_send(caf::actor_cast<caf::actor>(whom), exchange_finished{call, std::move(done)});
      });
}

/// The same for a reply that is streamed: `stream_begun` and `stream_piece` come before the end.
template <class Self>
transport::http_call_id
begin_stream(Self* self, transport::http_client& client, std::uint64_t call,
             const transport::http_endpoint& endpoint, wire::http_request request,
             const transport::http_timeouts& timeouts) {
  auto whom = caf::actor_cast<caf::strong_actor_ptr>(self);
  const auto tell = [whom, call]<class Event>(Event event) {
    event.call = call;
    caf::anon_send(caf::actor_cast<caf::actor>(whom), std::move(event));
  };
  return client.send_streamed(
      endpoint, std::move(request), timeouts,
      {[tell](transport::http_reply_head head) { tell(stream_begun{0, std::move(head)}); },
       [tell](std::string bytes) { tell(stream_piece{0, std::move(bytes)}); }},
      [tell](transport::http_exchange done) { tell(exchange_finished{0, std::move(done)}); });
}

} // namespace spillway::actors
