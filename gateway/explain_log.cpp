#include "gateway/explain_log.hpp"

#include <deque>
#include <memory>
#include <unordered_map>
#include <utility>

namespace spillway::gateway {
namespace {

/// The latest outcomes by their request.
class outcome_ring {
public:
  void add(note_outcome m) {
    if (!known_.insert_or_assign(m.id, std::move(m.outcome)).second)
      return;
    order_.push_back(m.id);
    if (order_.size() > explained_requests_max) {
      known_.erase(order_.front());
      order_.pop_front();
    }
  }

  outcome_reply find(request_id id) const {
    const auto it = known_.find(id);
    return it == known_.end() ? outcome_reply{} : outcome_reply{it->second};
  }

private:
  std::unordered_map<request_id, wire::explained_request> known_;
  std::deque<request_id> order_;
};

} // namespace

explain_log_actor::behavior_type explain_log(explain_log_actor::pointer self,
                                             const router_actor& router) {
  self->monitor(router);
  self->set_down_handler([self](const caf::down_msg&) { self->quit(); });
  const auto ring = std::make_shared<outcome_ring>();
  return {
      [ring](note_outcome& m) { ring->add(std::move(m)); },
      [ring](const get_outcome& m) { return ring->find(m.id); },
  };
}

note_outcome outcome_of(const completion_reply& m, std::string name) {
  return {m.id,
          {std::move(name), m.status, m.reason, m.cost.total, m.waited, m.attempts.size(), m.plan}};
}

} // namespace spillway::gateway
