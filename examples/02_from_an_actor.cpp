// Send typed messages from actors of your own. Ten of them ask at once; each reply is a message.

#include "config/load.hpp"
#include "runtime/local_world.hpp"
#include "runtime/runtime.hpp"

#include <caf/event_based_actor.hpp>

#include <cstdio>
#include <cstdlib>
#include <future>

using namespace spillway;

namespace {

constexpr int askers = 10;

/// Asks one question and passes the reply on.
caf::behavior asker(caf::event_based_actor* self, const router_actor& router, caf::actor collector,
                    int number) {
  auto chat = std::make_shared<chat_request>();
  chat->messages.push_back(
      {chat_role::user, "What is " + std::to_string(number) + " squared?", {}, {}, {}});
  run_completion question;
  question.chat = std::move(chat); // no target: the default route
  question.deadline = std::chrono::seconds{30};
  self->request(router, caf::infinite, std::move(question)).then([=](const completion_reply& r) {
    self->send(collector, number, r);
  });
  return {};
}

/// Prints the replies in the order in which they come.
caf::behavior collector(caf::event_based_actor* self, std::promise<int>* done) {
  auto answered = std::make_shared<int>(0);
  auto missing = std::make_shared<int>(askers);
  return {[=](int number, const completion_reply& r) {
    *answered += r.status == completion_status::answered;
    std::printf("%2d  %-10s  %-24s %s\n", number, to_string(r.status), r.model.value.c_str(),
                to_display_usd(r.cost.total, 6).c_str());
    if (--*missing == 0) {
      done->set_value(*answered);
      self->quit();
    }
  }};
}

} // namespace

int main() {
  auto settings = config::load_text("", "defaults");
  if (!settings)
    return std::fprintf(stderr, "%s\n", settings.failure().message.c_str()), EXIT_FAILURE;
  auto world = runtime::local_world::start(*settings, {});
  if (!world)
    return std::fprintf(stderr, "%s\n", world.failure().message.c_str()), EXIT_FAILURE;
  runtime::runtime_options options;
  options.settings = std::move(*settings);
  options.environment = runtime::local_world::environment();
  auto spillway = runtime::runtime::start(std::move(options));
  if (!spillway)
    return std::fprintf(stderr, "%s\n", spillway.failure().message.c_str()), EXIT_FAILURE;

  std::promise<int> done;
  caf::actor_system& system = (*spillway)->system();
  const caf::actor printer = system.spawn(collector, &done);
  for (int i = 1; i <= askers; ++i)
    system.spawn(asker, (*spillway)->router(), printer, i);
  const int answered = done.get_future().get();
  (*spillway)->stop(std::chrono::seconds{5});
  return answered == askers ? EXIT_SUCCESS : EXIT_FAILURE;
}
