#pragma once

#include "providers/codec.hpp"

#include <string>

namespace spillway::providers {

/// Shows a body that somebody kept to a codec, in whatever pieces it is read, as a live one would
/// come. Owned by whoever reads it; the codec must outlive it.
class recorded_body {
public:
  /// `head` holds status and headers; its body is where the pieces are gathered. `streamed`: the
  /// body of a 200 is a stream of events; that of any other status never is.
  recorded_body(const codec& speaker, wire::http_response head, bool streamed, wall_time now);

  /// What follows the end of a stream, or is above `bounds::http_reply_body_bytes_max` of a body
  /// that is none, is not kept.
  void feed(std::string_view piece);

  /// All that came, and why it is not whole. Call it once, at last.
  received_reply finish();

private:
  const codec& codec_;
  wire::http_response response_;
  wall_time now_;
  std::unique_ptr<stream_decoder> stream_; ///< null: the body is read as a whole
  std::vector<chat_delta> deltas_;
};

} // namespace spillway::providers
