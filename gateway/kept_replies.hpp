#pragma once

#include "core/units.hpp"
#include "transport/http_server.hpp"
#include "wire/http_message.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

namespace spillway::gateway {

/// A request that its caller has given a name of its own.
struct named_request {
  std::string name;            ///< the same for the same caller, path and Idempotency-Key
  std::string fingerprint; ///< SHA-256 of its body
};

/// What requests of the same name get: one of them is made, the others get its reply. A reply that
/// is no success is not kept, so that its caller may try again. Where there is no room the oldest
/// reply is forgotten; a request under way never is. Owned by one actor.
class kept_replies {
public:
  enum class verdict {
    serve,  ///< the first of its name: make it, then `finish`
    wait,   ///< one is under way: its reply comes by `finish`
    replay, ///< here is the reply
    differs ///< the name stands for another body
  };
  struct decision {
    verdict what = verdict::serve;
    wire::http_response reply; ///< with `replay`
  };

  /// Keeps `caller` if it is to be answered by `finish`.
  decision claim(const named_request& request, transport::http_responder caller, mono_time now);

  /// The first caller of the request under way gets its reply by other means than `finish`.
  void excuse_first(const std::string& name);

  /// The request of that name got `reply`. Returns who waits for it, the first caller included.
  std::vector<transport::http_responder> finish(const std::string& name,
                                                const transport::http_server_reply& reply,
                                                mono_time now);

  std::size_t size() const noexcept { return known_.size(); }

private:
  struct entry {
    std::string fingerprint;
    std::vector<transport::http_responder> waiting; ///< not empty while it is under way
    wire::http_response reply;
    mono_time kept_at{};
  };

  void forget_old(mono_time now);

  std::unordered_map<std::string, entry> known_;
  std::deque<std::string> kept_; ///< names with a reply, the oldest first
  std::size_t bytes_ = 0;
};

} // namespace spillway::gateway
