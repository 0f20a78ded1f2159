#include "simulator/chunk_stream.hpp"

#include "core/assert.hpp"

#include <utility>

namespace spillway::simulator {

chunk_stream::chunk_stream(stream_plan plan, scheduler schedule, std::function<void(bool)> done)
    : plan_{std::move(plan)}, schedule_{std::move(schedule)}, done_{std::move(done)},
      body_{std::make_shared<transport::http_body>()} {
  SPILLWAY_ASSERT(!plan_.events.empty());
}

void chunk_stream::start(int status, wire::http_headers headers,
                         const transport::http_responder& reply) {
  if (plan_.end == stream_end::silent)
    reply.on_gone([body = body_] { body->abort(); });
  reply(transport::http_streamed_reply{status, std::move(headers), body_});
  write_next();
}

void chunk_stream::write_next() {
  if (written_ == plan_.events.size())
    return close();
  if (!body_->write(plan_.events[written_++])) {
    body_->abort();
    return done_(false);
  }
  if (plan_.on_event)
    plan_.on_event();
  if (written_ == plan_.events.size() && plan_.end == stream_end::finished)
    return close();
  // What has just been written would be lost with a connection that is reset at once.
  schedule_(plan_.gap, [self = shared_from_this()] { self->write_next(); });
}

void chunk_stream::close() {
  if (plan_.end == stream_end::finished)
    body_->finish();
  else if (plan_.end == stream_end::cut)
    body_->abort();
  done_(plan_.end == stream_end::finished);
}

} // namespace spillway::simulator
