#pragma once

#include <caf/actor_clock.hpp>

#include <memory>

namespace boost::asio {
class io_context;
}

namespace spillway::runtime {

/// Delayed messages and timeouts of one actor system, delivered by one timer of an `io_context`.
/// Reads the steady clock. Thread-safe. Setting and cancelling one cost O(log n).
class asio_clock final : public caf::actor_clock {
public:
  explicit asio_clock(boost::asio::io_context& io);
  ~asio_clock() override;

  void set_ordinary_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                            uint64_t id) override;
  void set_multi_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                         uint64_t id) override;
  void set_request_timeout(time_point t, caf::abstract_actor* self, caf::message_id id) override;
  void cancel_ordinary_timeout(caf::abstract_actor* self, caf::atom_value type) override;
  void cancel_request_timeout(caf::abstract_actor* self, caf::message_id id) override;
  void cancel_timeouts(caf::abstract_actor* self) override;
  void schedule_message(time_point t, caf::strong_actor_ptr receiver,
                        caf::mailbox_element_ptr content) override;
  void schedule_message(time_point t, caf::group target, caf::strong_actor_ptr sender,
                        caf::message content) override;
  void cancel_all() override;

  /// Waits until what is being delivered is in its mailboxes, and drops the rest and all that may
  /// still come: from then on the clock touches no actor. Idempotent.
  void close();

private:
  class state;
  std::shared_ptr<state> state_; ///< shared with the timer's handler, which may come late
};

} // namespace spillway::runtime
