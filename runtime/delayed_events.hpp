#pragma once

#include <caf/actor_clock.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/group.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <variant>
#include <vector>

namespace spillway::runtime {

/// `after(...)` of an actor, or a tick of one of its streams.
struct receive_timeout {
  caf::strong_actor_ptr whom;
  caf::atom_value type;
  std::uint64_t id;
};

/// A request of `whom` was not answered in time.
struct request_timeout {
  caf::strong_actor_ptr whom;
  caf::message_id id;
};

struct delayed_message {
  caf::strong_actor_ptr receiver;
  caf::mailbox_element_ptr content;
};

struct delayed_group_message {
  caf::group target;
  caf::strong_actor_ptr sender;
  caf::message content;
};

using delayed_event =
    std::variant<receive_timeout, request_timeout, delayed_message, delayed_group_message>;

/// Puts the event into the mailbox it is for.
void deliver(delayed_event event);

enum class timeout_kind : std::uint8_t { ordinary, multi, request };

/// Names one timeout of one actor, for cancelling. `type` and `id` are 0 where the kind has none.
struct timeout_key {
  caf::actor_id whom;
  timeout_kind kind;
  std::uint64_t type;
  std::uint64_t id;

  auto operator<=>(const timeout_key&) const = default;
};

/// What a clock has to deliver, in the order of time, then of arrival. Not thread-safe.
///
/// An event may hold the last reference to its actor, whose end calls the clock again. So every
/// function that removes events returns them, for the caller to destroy outside its lock.
class delayed_events {
public:
  using time_point = caf::actor_clock::time_point;
  using removed = std::vector<delayed_event>;
  using removed_one = std::optional<delayed_event>;

  void add(time_point due, delayed_event event);

  /// Replaces an older timeout of the same key. O(log n).
  removed_one add(time_point due, const timeout_key& key, delayed_event event);

  /// Empty if there is none. O(log n).
  removed_one take(const timeout_key& key);

  /// All timeouts of an actor; delayed messages to it stay.
  removed take_timeouts_of(caf::actor_id whom);

  /// Up to `count_max` events due at `now` or before.
  removed take_due(time_point now, std::size_t count_max);

  removed take_all();

  /// `time_point::max()` if empty.
  time_point next_due() const;

private:
  struct entry {
    delayed_event event;
    std::optional<timeout_key> key;
  };
  using schedule = std::multimap<time_point, entry>;

  delayed_event extract(schedule::iterator position);

  schedule schedule_;
  std::map<timeout_key, schedule::iterator> index_;
};

} // namespace spillway::runtime
