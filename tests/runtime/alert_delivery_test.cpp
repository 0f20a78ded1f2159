#include "config/load.hpp"
#include "runtime/alert_trial.hpp"
#include "runtime/local_world.hpp"
#include "runtime/runtime.hpp"
#include "storage/alert_store.hpp"
#include "transport/beast_listener.hpp"
#include "transport/io_threads.hpp"
#include "wire/alerts/webhook.hpp"

#include <caf/scoped_actor.hpp>
#include <catch2/catch.hpp>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>

using namespace spillway;
using namespace std::chrono_literals;

namespace {

/// A target on loopback that keeps what it gets and answers as it is told to.
class loopback_target {
public:
  explicit loopback_target(int status = 200, std::uint16_t port = 0) : status_{status} {
    transport::beast_listener_options at;
    at.port = port;
    auto opened = transport::beast_listener::listen(
        io_.context(), at, [this](wire::http_request r, const transport::http_responder& reply) {
          const std::lock_guard lock{mutex_};
          received_.push_back(std::move(r));
          arrived_.notify_all();
          reply(wire::http_response{status_, {}, {}});
        });
    REQUIRE(opened);
    listener_ = std::move(*opened);
  }
  ~loopback_target() { listener_.reset(); }

  std::string url(const std::string& path = "/hook") const {
    return "http://127.0.0.1:" + std::to_string(port()) + path;
  }
  std::uint16_t port() const { return listener_->port(); }
  void answer(int status) {
    const std::lock_guard lock{mutex_};
    status_ = status;
  }
  /// Once so many requests are there.
  std::vector<wire::http_request> received(std::size_t count) {
    std::unique_lock lock{mutex_};
    if (!arrived_.wait_for(lock, 20s, [&] { return received_.size() >= count; }))
      FAIL("only " << received_.size() << " of " << count << " requests came");
    return received_;
  }

private:
  transport::io_threads io_{1};
  std::mutex mutex_;
  std::condition_variable arrived_;
  int status_;
  std::vector<wire::http_request> received_;
  std::unique_ptr<transport::beast_listener> listener_;
};

using variables = std::map<std::string, std::string>;

config::environment environment_of(variables all) {
  return [all = std::move(all)](const std::string& name) -> std::optional<std::string> {
    if (const auto it = all.find(name); it != all.end())
      return it->second;
    return config::process_environment()("SPILLWAY_NEVER_SET");
  };
}

config::settings loaded(const std::string& text) {
  auto settings = config::load_text(text, "test");
  if (!settings)
    throw std::runtime_error{settings.failure().message};
  return std::move(*settings);
}

std::string target(const std::string& name, const std::string& kind, const std::string& url,
                   const std::string& more = {}) {
  return "[alerts.targets." + name + "]\nkind = \"" + kind + "\"\nurl = \"" + url
         + "\"\nallow_private = true\n" + more;
}

/// A runtime over a simulated provider whose alerts go to `targets`.
std::unique_ptr<runtime::runtime> start(const std::string& text, variables all = {}) {
  runtime::runtime_options r;
  r.settings = loaded(text);
  all["OPENAI_API_KEY"] = "sk-test";
  r.environment = environment_of(std::move(all));
  r.on_alert = [](const alerts::notice&) {};
  auto started = runtime::runtime::start(std::move(r));
  if (!started)
    throw std::runtime_error{started.failure().message};
  return std::move(*started);
}

void raise(runtime::runtime& rt, const std::string& rule) {
  caf::scoped_actor self{rt.system()};
  self->send(rt.actors().alerts,
             raise_alert{alert_severity::critical, rule, "somebody", "something"});
}

struct scratch {
  scratch() { REQUIRE(mkdtemp(folder.data()) != nullptr); }
  ~scratch() { std::filesystem::remove_all(folder); }
  std::string alerts() const {
    return storage::alert_store::path_beside(folder + "/journal");
  }
  std::string journal() const { return "[journal]\npath = \"" + folder + "/journal\"\n"; }
  std::string folder = "/tmp/spillway-delivery-XXXXXX";
};

} // namespace

TEST_CASE("an alert reaches a webhook, signed, a chat and a pager") {
  loopback_target hook;
  loopback_target chat;
  loopback_target pager{202};
  auto rt = start(target("hook", "webhook", hook.url("/in?x=1"), "secret_env = \"SIGNING_KEY\"\n")
                      + target("chat", "slack", chat.url("/services/T/B/x"))
                      + target("pager", "pagerduty", pager.url("/v2/enqueue")),
                  {{"SIGNING_KEY", "whisper"}, {"PAGERDUTY_ROUTING_KEY", "r0ut1ng"}});
  raise(*rt, "actor_restarted");
  const wire::http_request in = hook.received(1).front();
  CHECK(in.target == "/in?x=1");
  CHECK(in.body.find("actor_restarted") != std::string::npos);
  CHECK(in.headers.find("Spillway-Signature")
        == wire::sign_webhook(secret{"whisper"}, in.headers.find("Spillway-Timestamp"), in.body));
  CHECK(chat.received(1).front().target == "/services/T/B/x");
  CHECK(pager.received(1).front().body.find("r0ut1ng") != std::string::npos);
  rt->stop(1s);
}

TEST_CASE("a target that is down gets what it missed, and no call waits for it") {
  loopback_target hook{503};
  auto rt = start(target("hook", "webhook", hook.url()));
  raise(*rt, "one");
  hook.received(2);
  raise(*rt, "two");
  hook.answer(200);
  const auto got = hook.received(4);
  CHECK(got[got.size() - 2].body.find("\"one\"") != std::string::npos);
  CHECK(got.back().body.find("\"two\"") != std::string::npos);
  rt->stop(1s);
}

TEST_CASE("what a target did not take before the end is brought by the next run") {
  const scratch s;
  std::uint16_t port = 0;
  {
    loopback_target hook{503};
    port = hook.port();
    auto rt = start(s.journal() + target("hook", "webhook", hook.url()));
    raise(*rt, "unauthorized");
    hook.received(1);
    rt->stop(10ms);
  }
  {
    auto store = storage::alert_store::open(s.alerts());
    REQUIRE(store);
    const auto left = (*store)->load();
    REQUIRE(left);
    REQUIRE(left->undelivered.size() == 1);
    CHECK(left->incidents.size() >= 1);
  }
  loopback_target hook{200, port};
  auto rt = start(s.journal() + target("hook", "webhook", hook.url()));
  CHECK(hook.received(1).front().body.find("unauthorized") != std::string::npos);
  rt->stop(5s);
  auto store = storage::alert_store::open(s.alerts());
  REQUIRE(store);
  CHECK((*store)->load()->undelivered.empty());
}

TEST_CASE("a trial tells of each target what it said") {
  loopback_target good;
  loopback_target gone{404};
  loopback_target pager{202};
  auto settings = loaded(target("good", "webhook", good.url()) + target("gone", "slack", gone.url())
                         + target("pager", "pagerduty", pager.url("/v2/enqueue"))
                         + target("silent", "webhook", "http://127.0.0.1:1/")
                         + "[alerts.targets.within]\nkind = \"webhook\"\n"
                           "url = \"https://127.0.0.1/\"\n");
  const auto secrets = config::read_alert_environment(
      settings, environment_of({{"PAGERDUTY_ROUTING_KEY", "r0ut1ng"}}));
  REQUIRE(secrets);
  const auto trials = runtime::try_alert_targets(settings, *secrets, {});
  REQUIRE(trials);
  REQUIRE(trials->size() == 5);
  CHECK(trials->at(0).target == "gone");
  CHECK_FALSE(trials->at(0).delivered);
  CHECK(trials->at(0).http_status == 404);
  CHECK(trials->at(0).detail.find("no such hook") != std::string::npos);
  CHECK(trials->at(1).delivered);
  CHECK(trials->at(2).delivered);
  const auto events = pager.received(2);
  CHECK(events[0].body.find("trigger") != std::string::npos);
  CHECK(events[1].body.find("resolve") != std::string::npos);
  CHECK(trials->at(3).http_status == 0);
  CHECK_FALSE(trials->at(3).delivered);
  CHECK(trials->at(4).detail.find("no public address") != std::string::npos);

  const auto one = runtime::try_alert_targets(settings, *secrets, "good");
  REQUIRE(one);
  CHECK(one->size() == 1);
  const auto none = runtime::try_alert_targets(settings, *secrets, "other");
  REQUIRE_FALSE(none);
  CHECK(none.failure().message.find("good") != std::string::npos);
}

TEST_CASE("an alert becomes an event at Langfuse") {
  auto settings = loaded("[alerts.targets.traces]\nkind = \"langfuse\"\n");
  auto world = runtime::local_world::start(settings, {});
  REQUIRE(world);
  const auto secrets =
      config::read_alert_environment(settings, runtime::local_world::environment());
  REQUIRE(secrets);
  const auto trials = runtime::try_alert_targets(settings, *secrets, {});
  REQUIRE(trials);
  CHECK(trials->at(0).delivered);
  CHECK((*world)->traces().events == 1);
  CHECK((*world)->traces().refused == 0);
}

TEST_CASE("a simulated world wakes nobody") {
  auto settings = loaded("[alerts.targets.traces]\nkind = \"langfuse\"\n"
                         "[alerts.targets.night]\nkind = \"pagerduty\"\n"
                         "[alerts.targets.team]\nkind = \"slack\"\n");
  const auto world = runtime::local_world::start(settings, {});
  REQUIRE(world);
  REQUIRE(settings.alerts.targets.size() == 1);
  CHECK(settings.alerts.targets.front().name == "traces");
}
