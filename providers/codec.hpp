#pragma once

#include "core/chat.hpp"
#include "core/chat_delta.hpp"
#include "core/embedding.hpp"
#include "core/failure.hpp"
#include "core/ids.hpp"
#include "core/rate/observed_limits.hpp"
#include "core/units.hpp"
#include "wire/http_message.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace spillway::providers {

/// One call to make. Refers to its parts: for the duration of `encode` only.
struct upstream_call {
  const chat_request& request;
  std::string_view model; ///< as the provider names it
  token_count output_max; ///< bound on the reply, reasoning included; zero: the provider's own
  bool stream = false;    ///< read the answer by `decode_stream`; its usage is always asked for
  lease_id lease = {};    ///< named to the provider, so that its records can be matched with ours
  bool responses_only = false; ///< the catalog knows that the model has no chat completions
};

/// One embedding to make. Refers to its parts: for the duration of `encode_embedding` only.
struct embedding_call {
  const embedding_request& request;
  std::string_view model;
};

/// What became of a reply.
struct received_reply {
  /// All that came, also if it broke off or is of no use; usage `estimated` if none was told.
  chat_reply reply;
  std::optional<call_failure> failure; ///< why it is no answer, or not a whole one
};

/// Nothing that could be read came, and why.
received_reply no_answer(call_failure failure);

/// Reads one streamed reply, in whatever pieces its bytes come. Never throws, whatever they hold.
class stream_decoder {
public:
  virtual ~stream_decoder() = default;

  /// Appends to `deltas` what `bytes` say. Bytes after the end are ignored.
  virtual void feed(std::string_view bytes, std::vector<chat_delta>& deltas) = 0;

  /// True once the vendor's end mark or an error has come: nothing that follows matters, and the
  /// connection need not be read on.
  virtual bool ended() const = 0;

  /// The body is over: appends what its end completes. Call it once, before `finish`.
  virtual void flush(std::vector<chat_delta>& deltas) { static_cast<void>(deltas); }

  /// What became of it. Call it once, at last. A body without the vendor's end is `interrupted`.
  virtual received_reply finish() = 0;
};

/// Turns neutral requests into one provider's HTTP and back. Immutable, so one object serves any
/// number of actors; holds the credential, which leaves it only in the request's headers.
class codec {
public:
  virtual ~codec() = default;

  virtual wire::http_request encode(const upstream_call& call) const = 0;

  /// What the call asks for that `encode` leaves out or rounds, because the vendor's dialect has no
  /// word for it or this model refuses it: names as of `wire::left_out`.
  virtual std::vector<std::string> left_out(const upstream_call& call) const = 0;

  /// The answer, or why there is none; never throws, whatever the body holds. `now` turns a date
  /// to wait for into a span.
  std::variant<chat_reply, call_failure> decode(const wire::http_response& response,
                                                wall_time now) const;

  /// Likewise, with what came of an answer that is of no use.
  virtual received_reply decode_whole(const wire::http_response& response,
                                      wall_time now) const = 0;

  /// A decoder for the body of a 200 with this head, which need not be a stream if the vendor would
  /// not send one. It must not outlive the codec.
  virtual std::unique_ptr<stream_decoder> decode_stream(const wire::http_headers& head,
                                                        wall_time now) const = 0;

  /// False: the vendor has no embeddings, and the next two must not be called.
  virtual bool embeds() const = 0;
  virtual wire::http_request encode_embedding(const embedding_call& call) const = 0;
  virtual std::variant<embedding_reply, call_failure>
  decode_embedding(const wire::http_response& response, wall_time now) const = 0;

  /// What the provider says of its windows, on answers and errors alike.
  virtual rate::observed_limits observed_limits(const wire::http_response& response) const = 0;
};

} // namespace spillway::providers
