#pragma once

#include "core/units.hpp"
#include "wire/http_message.hpp"

#include <string>

namespace spillway::wire {

/// One request as the access log tells it.
struct access_entry {
  wall_time at{};  ///< when its head had come
  duration took{}; ///< until its reply was there, or had been streamed to its end
  duration first_word{}; ///< of a streamed reply, until it began
  std::string method;
  std::string path; ///< without the query, which may hold a secret
  std::string key;  ///< id of the caller's virtual key; empty: none was sent
  int status = 0;   ///< 0: the connection was ended instead
  bool streamed = false;
  std::size_t request_bytes = 0; ///< of the body
  std::size_t reply_bytes = 0;   ///< of the body; of a streamed one those that left for the caller
  bool cut = false;              ///< a streamed reply did not reach its caller whole
  http_headers reply;            ///< what the gateway says there of model, tokens, cost
};

/// One line of JSON without its end. No text of a prompt, a reply or a key is in it.
std::string encode_access(const access_entry& e);

} // namespace spillway::wire
