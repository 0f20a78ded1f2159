#pragma once

#include "core/chat.hpp"
#include "core/failure.hpp"
#include "core/rate/observed_limits.hpp"
#include "core/units.hpp"
#include "wire/http_message.hpp"

#include <string_view>
#include <variant>

namespace spillway::providers {

/// One call to make. Refers to its parts: for the duration of `encode` only.
struct upstream_call {
  const chat_request& request;
  std::string_view model; ///< as the provider names it
  token_count output_max; ///< bound on the reply, reasoning included; zero: the provider's own
};

/// Turns neutral requests into one provider's HTTP and back. Immutable, so one object serves any
/// number of actors; holds the credential, which leaves it only in the request's headers.
class codec {
public:
  virtual ~codec() = default;

  virtual wire::http_request encode(const upstream_call& call) const = 0;

  /// The answer, or why there is none; never throws, whatever the body holds. `now` turns a date
  /// to wait for into a span.
  virtual std::variant<chat_reply, call_failure> decode(const wire::http_response& response,
                                                        wall_time now) const = 0;

  /// What the provider says of its windows, on answers and errors alike.
  virtual rate::observed_limits observed_limits(const wire::http_response& response) const = 0;
};

} // namespace spillway::providers
