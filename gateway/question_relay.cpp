#include "gateway/question_relay.hpp"

#include "gateway/json_reply.hpp"
#include "gateway/request_name.hpp"

#include <memory>
#include <utility>

namespace spillway::gateway {
namespace {

/// Asking touches no network: who takes longer has gone.
constexpr auto question_patience = std::chrono::seconds{5};

/// Answers once, and ends.
template <class Question>
struct errand {
  question_relay_actor::pointer self;
  Question question;

  void answer(wire::http_response response) {
    question.reply(std::move(response));
    self->quit();
  }
  void answer_stopped() { answer(question.spoken->refuse(draining())); }
};

template <class Question>
std::shared_ptr<errand<Question>> begin(question_relay_actor::pointer self, Question question) {
  self->delayed_send(self, question_patience, question_due{});
  return std::make_shared<errand<Question>>(errand<Question>{self, std::move(question)});
}

wire::http_response reply_of(const plan_question& q, const completion_plan& m) {
  if (m.status == completion_status::answered || !m.plan.models.empty())
    return json_reply(200, q.encode(m));
  completion_reply refused;
  refused.status = m.status;
  refused.reason = m.reason;
  return q.spoken->refuse(refusal_of(refused));
}

} // namespace

question_relay_actor::behavior_type plan_relay(question_relay_actor::pointer self,
                                               plan_question question) {
  const auto e = begin(self, std::move(question));
  self->request(e->question.router, caf::infinite, plan_completion{e->question.request})
      .then([e](const completion_plan& m) { e->answer(reply_of(e->question, m)); },
            [e](const caf::error&) { e->answer_stopped(); });
  return {[e](question_due) { e->answer_stopped(); }};
}

question_relay_actor::behavior_type explain_relay(question_relay_actor::pointer self,
                                                  explain_question question) {
  const auto e = begin(self, std::move(question));
  const auto id = parse_request_name(e->question.name);
  self->request(e->question.log, caf::infinite,
                get_outcome{id.value_or(request_id{}), e->question.asker})
      .then(
          [e](const outcome_reply& m) {
            if (m.outcome)
              e->answer(json_reply(200, wire::encode_explanation(*m.outcome)));
            else
              e->answer(e->question.spoken->refuse(unknown_request(e->question.name)));
          },
          [e](const caf::error&) { e->answer_stopped(); });
  return {[e](question_due) { e->answer_stopped(); }};
}

} // namespace spillway::gateway
