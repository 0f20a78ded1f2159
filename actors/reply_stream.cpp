#include "actors/reply_stream.hpp"

#include <utility>

namespace spillway::actors {

void reply_stream::begin(std::unique_ptr<providers::stream_decoder> decoder, mono_time sent_at,
                         mono_time head_at) {
  decoder_ = std::move(decoder);
  sent_at_ = sent_at;
  head_at_ = head_at;
}

void reply_stream::feed(std::string_view bytes, mono_time now) {
  decoder_->feed(bytes, pending_);
  pending_bytes_ += bytes.size();
  note_content(now);
}

void reply_stream::close(transport::http_exchange exchange, mono_time now) {
  exchange_ = std::move(exchange);
  if (decoder_)
    decoder_->flush(pending_);
  note_content(now);
}

void reply_stream::note_content(mono_time now) {
  if (!sink_)
    pending_.clear();
  if (!pending_.empty() && !sent_content())
    first_content_at_ = now;
}

std::optional<deliver_deltas> reply_stream::next() {
  if (underway_ || pending_.empty())
    return std::nullopt;
  underway_ = true;
  underway_bytes_ = std::exchange(pending_bytes_, 0);
  auto deltas = std::make_shared<const std::vector<chat_delta>>(std::exchange(pending_, {}));
  deliver_deltas out{request_, model_, std::move(deltas)};
  out.prelude = prelude_;
  return out;
}

std::size_t reply_stream::take_silent_bytes() {
  return pending_.empty() ? std::exchange(pending_bytes_, 0) : 0;
}

std::size_t reply_stream::delivered() {
  underway_ = false;
  return std::exchange(underway_bytes_, 0);
}

void reply_stream::drop_sink() {
  sink_ = delta_sink_actor{};
  pending_.clear();
  underway_ = false;
}

bool reply_stream::is_over() const {
  const bool ended = exchange_ || (decoder_ && decoder_->ended());
  return ended && !underway_ && pending_.empty();
}

std::optional<providers::received_reply> reply_stream::finish() {
  if (!decoder_)
    return std::nullopt;
  return decoder_->finish();
}

transport::http_exchange reply_stream::exchange(mono_time now) const {
  if (exchange_)
    return *exchange_;
  transport::http_exchange done;
  done.outcome = wire::http_response{};
  done.sent_at = sent_at_;
  done.first_byte_at = head_at_;
  done.finished_at = now;
  return done;
}

} // namespace spillway::actors
