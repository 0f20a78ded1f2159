#include "providers/codec.hpp"

#include <utility>

namespace spillway::providers {

std::variant<chat_reply, call_failure> codec::decode(const wire::http_response& response,
                                                     wall_time now) const {
  received_reply came = decode_whole(response, now);
  if (came.failure)
    return std::move(*came.failure);
  return std::move(came.reply);
}

received_reply no_answer(call_failure failure) {
  received_reply nothing;
  nothing.failure = std::move(failure);
  nothing.reply.usage.estimated = true;
  return nothing;
}

} // namespace spillway::providers
