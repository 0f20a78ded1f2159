#pragma once

#include "messages/deltas.hpp"
#include "providers/codec.hpp"
#include "transport/http_client.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace spillway::actors {

/// One streamed reply on its way from an upstream's connection to a caller's sink. Owned by a
/// provider, which feeds it and delivers what it yields, one delivery at a time.
class reply_stream {
public:
  reply_stream(request_id request, model_id model, delta_sink_actor sink,
               std::shared_ptr<const reply_prelude> prelude = {})
      : request_{request},
        model_{std::move(model)},
        sink_{std::move(sink)},
        prelude_{std::move(prelude)} {}

  void begin(std::unique_ptr<providers::stream_decoder> decoder, mono_time sent_at,
             mono_time head_at);
  void feed(std::string_view bytes, mono_time now);

  /// What to deliver next, if nothing is under way. The bytes of the upstream behind it come back
  /// from `delivered`.
  std::optional<deliver_deltas> next();
  /// Bytes that need no delivery: comments, pings, the end mark.
  std::size_t take_silent_bytes();
  std::size_t delivered();

  /// The sink has gone: what is left has no reader.
  void drop_sink();

  /// The upstream's connection is done with this call.
  void close(transport::http_exchange exchange, mono_time now);

  /// Nothing more will come, and all that came has been delivered.
  bool is_over() const;

  const delta_sink_actor& sink() const { return sink_; }
  bool sent_content() const { return first_content_at_ != mono_time{}; }
  mono_time first_content_at() const { return first_content_at_; }
  /// The decoder's last word; absent if no head of a success ever came. Requires: `is_over`.
  std::optional<providers::received_reply> finish();
  /// How the exchange went; made from the head if the vendor's end mark came before the
  /// connection's.
  transport::http_exchange exchange(mono_time now) const;

private:
  void note_content(mono_time now);

  request_id request_;
  model_id model_;
  delta_sink_actor sink_; ///< null: gone
  std::shared_ptr<const reply_prelude> prelude_;
  std::unique_ptr<providers::stream_decoder> decoder_;
  std::vector<chat_delta> pending_;
  std::size_t pending_bytes_ = 0;  ///< of the upstream, behind `pending_`
  std::size_t underway_bytes_ = 0; ///< behind the delivery that is not answered yet
  bool underway_ = false;
  mono_time sent_at_{};
  mono_time head_at_{};
  mono_time first_content_at_{};
  std::optional<transport::http_exchange> exchange_;
};

} // namespace spillway::actors
