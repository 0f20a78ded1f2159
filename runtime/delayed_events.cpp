#include "runtime/delayed_events.hpp"

#include <caf/sec.hpp>
#include <caf/system_messages.hpp>

namespace spillway::runtime {
namespace {

struct deliverer {
  void operator()(receive_timeout& t) const {
    t.whom->get()->eq_impl(caf::make_message_id(), t.whom, nullptr, caf::timeout_msg{t.type, t.id});
  }

  void operator()(request_timeout& t) const {
    t.whom->get()->eq_impl(t.id, t.whom, nullptr, caf::sec::request_timeout);
  }

  void operator()(delayed_message& m) const { m.receiver->enqueue(std::move(m.content), nullptr); }

  void operator()(delayed_group_message& m) const {
    if (m.target)
      m.target.get()->enqueue(std::move(m.sender), caf::make_message_id(), std::move(m.content),
                              nullptr);
  }
};

} // namespace

void deliver(delayed_event event) {
  std::visit(deliverer{}, event);
}

void delayed_events::add(time_point due, delayed_event event) {
  schedule_.emplace(due, entry{std::move(event), std::nullopt});
}

delayed_events::removed_one delayed_events::add(time_point due, const timeout_key& key,
                                                delayed_event event) {
  removed_one replaced = take(key);
  index_.emplace(key, schedule_.emplace(due, entry{std::move(event), key}));
  return replaced;
}

delayed_events::removed_one delayed_events::take(const timeout_key& key) {
  const auto found = index_.find(key);
  if (found == index_.end())
    return std::nullopt;
  return extract(found->second);
}

delayed_events::removed delayed_events::take_timeouts_of(caf::actor_id whom) {
  removed taken;
  const timeout_key first{whom, timeout_kind::ordinary, 0, 0};
  for (auto it = index_.lower_bound(first); it != index_.end() && it->first.whom == whom;) {
    const auto position = it->second;
    ++it;
    taken.push_back(extract(position));
  }
  return taken;
}

delayed_events::removed delayed_events::take_due(time_point now, std::size_t count_max) {
  removed taken;
  while (taken.size() < count_max && next_due() <= now && !schedule_.empty())
    taken.push_back(extract(schedule_.begin()));
  return taken;
}

delayed_events::removed delayed_events::take_all() {
  removed taken;
  for (auto& [due, e] : schedule_)
    taken.push_back(std::move(e.event));
  index_.clear();
  schedule_.clear();
  return taken;
}

delayed_events::time_point delayed_events::next_due() const {
  return schedule_.empty() ? time_point::max() : schedule_.begin()->first;
}

delayed_event delayed_events::extract(schedule::iterator position) {
  delayed_event event = std::move(position->second.event);
  if (position->second.key)
    index_.erase(*position->second.key);
  schedule_.erase(position);
  return event;
}

} // namespace spillway::runtime
