#include "runtime/asio_clock.hpp"

#include "runtime/delayed_events.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <caf/actor_cast.hpp>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace spillway::runtime {
namespace {

/// Events delivered in one go before the sockets get their turn.
constexpr std::size_t events_per_turn = 256;

} // namespace

class asio_clock::state : public std::enable_shared_from_this<state> {
public:
  using removed = delayed_events::removed;

  explicit state(boost::asio::io_context& io) : timer_{io} {}

  void add(time_point due, delayed_event event) {
    change([&] {
      if (!closed_)
        events_.add(due, std::move(event));
      return removed{};
    });
  }

  void add(time_point due, const timeout_key& key, delayed_event event) {
    change([&] { return closed_ ? std::nullopt : events_.add(due, key, std::move(event)); });
  }

  void cancel(const timeout_key& key) {
    change([&] { return events_.take(key); });
  }

  void cancel_timeouts_of(caf::actor_id whom) {
    change([&] { return events_.take_timeouts_of(whom); });
  }

  void cancel_all() {
    change([&] { return events_.take_all(); });
  }

  void close() {
    removed dropped;
    std::unique_lock lock{mutex_};
    closed_ = true;
    timer_.cancel();
    delivered_.wait(lock, [this] { return delivering_ == 0; });
    dropped = events_.take_all();
  }

private:
  template <class F>
  void change(F f) {
    // Declared before the lock: see delayed_events for what the end of an event may do.
    decltype(f()) dropped;
    const std::lock_guard lock{mutex_};
    dropped = f();
    arm();
  }

  /// Requires: locked. A timer that is early for what is left stays: most timeouts are cancelled,
  /// and one needless wake-up is cheaper than a new timer for each.
  void arm() {
    if (closed_ || events_.next_due() >= armed_for_)
      return;
    armed_for_ = events_.next_due();
    timer_.expires_at(armed_for_);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
      if (!cancelled)
        self->deliver_due();
    });
  }

  void deliver_due() {
    const delivery guard{*this};
    for (delayed_event& event : take_due())
      deliver(std::move(event));
  }

  removed take_due() {
    const std::lock_guard lock{mutex_};
    return closed_ ? removed{} : events_.take_due(clock_type::now(), events_per_turn);
  }

  /// Keeps `close` waiting, and the timer off, until the events taken are delivered.
  struct delivery {
    explicit delivery(state& s) : clock{s} {
      const std::lock_guard lock{clock.mutex_};
      ++clock.delivering_;
    }
    ~delivery() {
      const std::lock_guard lock{clock.mutex_};
      --clock.delivering_;
      clock.delivered_.notify_all();
      clock.armed_for_ = time_point::max();
      clock.arm();
    }
    delivery(const delivery&) = delete;
    delivery& operator=(const delivery&) = delete;
    state& clock;
  };

  std::mutex mutex_; ///< guards all below
  std::condition_variable delivered_;
  delayed_events events_;
  boost::asio::steady_timer timer_;
  time_point armed_for_ = time_point::max();
  std::size_t delivering_ = 0;
  bool closed_ = false;
};

namespace {

caf::strong_actor_ptr strong(caf::abstract_actor* self) {
  return caf::actor_cast<caf::strong_actor_ptr>(self);
}

timeout_key ordinary_key(caf::abstract_actor* self, caf::atom_value type) {
  return {self->id(), timeout_kind::ordinary, static_cast<uint64_t>(type), 0};
}

timeout_key multi_key(caf::abstract_actor* self, caf::atom_value type, uint64_t id) {
  return {self->id(), timeout_kind::multi, static_cast<uint64_t>(type), id};
}

timeout_key request_key(caf::abstract_actor* self, caf::message_id id) {
  return {self->id(), timeout_kind::request, 0, id.integer_value()};
}

} // namespace

asio_clock::asio_clock(boost::asio::io_context& io) : state_{std::make_shared<state>(io)} {
}

asio_clock::~asio_clock() {
  close();
}

void asio_clock::set_ordinary_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                                      uint64_t id) {
  state_->add(t, ordinary_key(self, type), receive_timeout{strong(self), type, id});
}

void asio_clock::set_multi_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                                   uint64_t id) {
  state_->add(t, multi_key(self, type, id), receive_timeout{strong(self), type, id});
}

void asio_clock::set_request_timeout(time_point t, caf::abstract_actor* self, caf::message_id id) {
  state_->add(t, request_key(self, id), request_timeout{strong(self), id});
}

void asio_clock::cancel_ordinary_timeout(caf::abstract_actor* self, caf::atom_value type) {
  state_->cancel(ordinary_key(self, type));
}

void asio_clock::cancel_request_timeout(caf::abstract_actor* self, caf::message_id id) {
  state_->cancel(request_key(self, id));
}

void asio_clock::cancel_timeouts(caf::abstract_actor* self) {
  state_->cancel_timeouts_of(self->id());
}

void asio_clock::schedule_message(time_point t, caf::strong_actor_ptr receiver,
                                  caf::mailbox_element_ptr content) {
  state_->add(t, delayed_message{std::move(receiver), std::move(content)});
}

void asio_clock::schedule_message(time_point t, caf::group target, caf::strong_actor_ptr sender,
                                  caf::message content) {
  state_->add(t, delayed_group_message{std::move(target), std::move(sender), std::move(content)});
}

void asio_clock::cancel_all() {
  state_->cancel_all();
}

void asio_clock::close() {
  state_->close();
}

} // namespace spillway::runtime
