#pragma once

#include "providers/codec.hpp"

#include <string>

namespace spillway::providers {

/// Reads a reply that was to be streamed but came whole, as some compatible servers and proxies
/// send it: one delta an answer at the end. What is above `bounds::http_reply_body_bytes_max` is
/// not read.
class buffered_stream final : public stream_decoder {
public:
  buffered_stream(const codec& owner, wire::http_headers head, wall_time now)
      : codec_{owner}, response_{200, std::move(head), {}}, now_{now} {}

  void feed(std::string_view bytes, std::vector<chat_delta>& deltas) override;
  bool ended() const override { return false; }
  void flush(std::vector<chat_delta>& deltas) override;
  received_reply finish() override;

private:
  const codec& codec_;
  wire::http_response response_;
  wall_time now_;
  received_reply done_;
};

/// True if `head` announces one JSON document instead of a stream.
bool announces_json(const wire::http_headers& head);

} // namespace spillway::providers
