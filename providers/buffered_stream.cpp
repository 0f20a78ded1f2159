#include "providers/buffered_stream.hpp"

#include "core/bounds.hpp"

#include <utility>

namespace spillway::providers {

bool announces_json(const wire::http_headers& head) {
  return head.find("Content-Type").starts_with("application/json");
}

void buffered_stream::feed(std::string_view bytes, std::vector<chat_delta>&) {
  response_.body += bytes.substr(0, bounds::http_reply_body_bytes_max - response_.body.size());
}

void buffered_stream::flush(std::vector<chat_delta>& deltas) {
  done_ = codec_.decode_whole(response_, now_);
  for (chat_delta& d : deltas_of(done_.reply))
    deltas.push_back(std::move(d));
}

received_reply buffered_stream::finish() {
  return std::move(done_);
}

} // namespace spillway::providers
