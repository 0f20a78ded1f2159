#include "runtime/blocking_client.hpp"

#include <caf/logger.hpp>

#include <memory>
#include <utility>

namespace spillway::runtime {

blocking_client::blocking_client(caf::actor_system& system, router_actor router)
    : self_{system}, router_{std::move(router)} {
}

blocking_client::~blocking_client() {
  // A thread that used the system holds its logger, whose end the system's own waits for.
  caf::logger::set_current_actor_system(nullptr);
}

completion_reply blocking_client::complete(run_completion request) {
  completion_reply answer;
  // The router answers within the request's deadline, so this needs none of its own.
  self_->request(router_, caf::infinite, std::move(request))
      .receive([&](completion_reply& reply) { answer = std::move(reply); },
               [&](const caf::error&) {
                 answer.status = completion_status::shutting_down;
                 answer.reason = "the runtime has stopped";
               });
  return answer;
}

completion_reply blocking_client::ask(const std::string& target, const std::string& question) {
  auto chat = std::make_shared<chat_request>();
  chat->messages.push_back({chat_role::user, question, {}, {}, {}});
  run_completion request;
  request.target = target;
  request.chat = std::move(chat);
  return complete(std::move(request));
}

} // namespace spillway::runtime
