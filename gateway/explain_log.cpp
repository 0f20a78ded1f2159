#include "gateway/explain_log.hpp"

#include "core/bounds.hpp"
#include "core/model_answer.hpp"
#include "gateway/api.hpp"

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
    const request_id id = m.id;
    if (!known_.insert_or_assign(id, std::move(m)).second)
      return;
    order_.push_back(id);
    if (order_.size() > bounds::explained_requests_max) {
      known_.erase(order_.front());
      order_.pop_front();
    }
  }

  outcome_reply find(const get_outcome& m) const {
    const auto it = known_.find(m.id);
    const bool shown =
        it != known_.end() && (m.asker.empty() || m.asker == it->second.owner);
    return shown ? outcome_reply{it->second.outcome} : outcome_reply{};
  }

private:
  std::unordered_map<request_id, note_outcome> known_;
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
      [ring](const get_outcome& m) { return ring->find(m); },
  };
}

note_outcome outcome_of(const completion_reply& m, std::string name, std::string owner) {
  wire::explained_request told;
  told.id = std::move(name);
  told.status = m.status;
  told.reason = m.cache == answers::cache_outcome::hit
                    ? "the same was asked before, and answered by " + m.model.value
                    : m.reason;
  told.cost = m.cost.total;
  told.held = held_for(m);
  told.waited = m.waited;
  told.calls = m.attempts;
  if (const model_answer answer{m.reply, m.vectors})
    told.usage = answer.usage();
  told.plan = m.plan;
  told.prompt = m.prompt;
  return {m.id, std::move(owner), std::move(told)};
}

} // namespace spillway::gateway
