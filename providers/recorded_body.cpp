#include "providers/recorded_body.hpp"

#include "core/bounds.hpp"

#include <utility>

namespace spillway::providers {

recorded_body::recorded_body(const codec& speaker, wire::http_response head, bool streamed,
                             wall_time now)
    : codec_{speaker}, response_{std::move(head)}, now_{now} {
  if (streamed && response_.status == 200)
    stream_ = codec_.decode_stream(response_.headers, now_);
}

void recorded_body::feed(std::string_view piece) {
  if (!stream_) {
    const auto room = bounds::http_reply_body_bytes_max - response_.body.size();
    response_.body += piece.substr(0, room);
  } else if (!stream_->ended()) {
    deltas_.clear();
    stream_->feed(piece, deltas_);
  }
}

received_reply recorded_body::finish() {
  if (stream_) {
    stream_->flush(deltas_);
    return stream_->finish();
  }
  return codec_.decode_whole(response_, now_);
}

} // namespace spillway::providers
