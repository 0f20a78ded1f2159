#include "runtime/asio_clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <caf/actor_cast.hpp>
#include <caf/group.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/sec.hpp>
#include <caf/system_messages.hpp>

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <tuple>
#include <vector>

namespace spillway::runtime {
namespace {

using time_point = caf::actor_clock::time_point;

enum class timeout_kind { ordinary, multi, request };

/// Names one timeout of one actor, for cancelling.
using timeout_key = std::tuple<caf::actor_id, timeout_kind, uint64_t, uint64_t>;

uint64_t number(caf::atom_value type) {
  return static_cast<uint64_t>(type);
}

} // namespace

class asio_clock::schedule : public std::enable_shared_from_this<schedule> {
public:
  using delivery = std::function<void()>;

  explicit schedule(boost::asio::io_context& io) : timer_{io} {}

  void add(time_point due, delivery fire) {
    const std::lock_guard lock{mutex_};
    entries_.emplace(due, entry{std::move(fire), {}});
    arm();
  }

  void add(time_point due, const timeout_key& key, delivery fire) {
    entry replaced;
    const std::lock_guard lock{mutex_};
    replaced = extract(key);
    const auto it = entries_.emplace(due, entry{std::move(fire), key});
    index_.emplace(key, it);
    arm();
  }

  void cancel(const timeout_key& key) {
    // Destroyed after the lock is gone: it may hold the last reference to an actor, whose end
    // cancels timeouts in its turn.
    entry removed;
    const std::lock_guard lock{mutex_};
    removed = extract(key);
  }

  void cancel_all_of(caf::actor_id whom) {
    std::vector<entry> removed;
    const std::lock_guard lock{mutex_};
    const timeout_key first{whom, timeout_kind::ordinary, 0, 0};
    for (auto it = index_.lower_bound(first); it != index_.end() && std::get<0>(it->first) == whom;
         it = index_.erase(it)) {
      removed.push_back(std::move(it->second->second));
      entries_.erase(it->second);
    }
  }

  void clear() {
    std::multimap<time_point, entry> removed;
    const std::lock_guard lock{mutex_};
    removed.swap(entries_);
    index_.clear();
    armed_at_ = time_point::max();
    timer_.cancel();
  }

private:
  struct entry {
    delivery fire;
    std::optional<timeout_key> key;
  };
  using entry_map = std::multimap<time_point, entry>;

  entry extract(const timeout_key& key) {
    const auto found = index_.find(key);
    if (found == index_.end())
      return {};
    entry taken = std::move(found->second->second);
    entries_.erase(found->second);
    index_.erase(found);
    return taken;
  }

  /// Requires: locked.
  void arm() {
    if (entries_.empty() || entries_.begin()->first >= armed_at_)
      return;
    armed_at_ = entries_.begin()->first;
    timer_.expires_at(armed_at_);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
      if (!cancelled)
        self->fire_due();
    });
  }

  void fire_due() {
    for (const entry& e : take_due())
      e.fire();
  }

  std::vector<entry> take_due() {
    std::vector<entry> due;
    const std::lock_guard lock{mutex_};
    armed_at_ = time_point::max();
    const time_point now = caf::actor_clock::clock_type::now();
    while (!entries_.empty() && entries_.begin()->first <= now) {
      if (entries_.begin()->second.key)
        index_.erase(*entries_.begin()->second.key);
      due.push_back(std::move(entries_.begin()->second));
      entries_.erase(entries_.begin());
    }
    arm();
    return due;
  }

  std::mutex mutex_;
  entry_map entries_;
  std::map<timeout_key, entry_map::iterator> index_;
  boost::asio::steady_timer timer_;
  time_point armed_at_ = time_point::max();
};

namespace {

caf::strong_actor_ptr strong(caf::abstract_actor* self) {
  return caf::actor_cast<caf::strong_actor_ptr>(self);
}

auto deliver_timeout(caf::abstract_actor* self, caf::atom_value type, uint64_t id) {
  return [whom = strong(self), type, id] {
    whom->get()->eq_impl(caf::make_message_id(), whom, nullptr, caf::timeout_msg{type, id});
  };
}

} // namespace

asio_clock::asio_clock(boost::asio::io_context& io) : schedule_{std::make_shared<schedule>(io)} {
}

asio_clock::~asio_clock() {
  schedule_->clear();
}

void asio_clock::set_ordinary_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                                      uint64_t id) {
  // One a type: a newer receive timeout replaces an older one.
  schedule_->add(t, {self->id(), timeout_kind::ordinary, number(type), 0},
                 deliver_timeout(self, type, id));
}

void asio_clock::set_multi_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                                   uint64_t id) {
  schedule_->add(t, {self->id(), timeout_kind::multi, number(type), id},
                 deliver_timeout(self, type, id));
}

void asio_clock::set_request_timeout(time_point t, caf::abstract_actor* self, caf::message_id id) {
  schedule_->add(t, {self->id(), timeout_kind::request, 0, id.integer_value()},
                 [whom = strong(self), id] {
                   whom->get()->eq_impl(id, whom, nullptr, caf::sec::request_timeout);
                 });
}

void asio_clock::cancel_ordinary_timeout(caf::abstract_actor* self, caf::atom_value type) {
  schedule_->cancel({self->id(), timeout_kind::ordinary, number(type), 0});
}

void asio_clock::cancel_request_timeout(caf::abstract_actor* self, caf::message_id id) {
  schedule_->cancel({self->id(), timeout_kind::request, 0, id.integer_value()});
}

void asio_clock::cancel_timeouts(caf::abstract_actor* self) {
  schedule_->cancel_all_of(self->id());
}

void asio_clock::schedule_message(time_point t, caf::strong_actor_ptr receiver,
                                  caf::mailbox_element_ptr content) {
  // A std::function must be copyable; the element is moved out when it fires, once.
  auto element = std::make_shared<caf::mailbox_element_ptr>(std::move(content));
  schedule_->add(t, [receiver = std::move(receiver), element] {
    receiver->enqueue(std::move(*element), nullptr);
  });
}

void asio_clock::schedule_message(time_point t, caf::group target, caf::strong_actor_ptr sender,
                                  caf::message content) {
  schedule_->add(
      t, [target = std::move(target), sender = std::move(sender), content = std::move(content)] {
        if (target)
          target.get()->enqueue(sender, caf::make_message_id(), content, nullptr);
      });
}

void asio_clock::cancel_all() {
  schedule_->clear();
}

} // namespace spillway::runtime
