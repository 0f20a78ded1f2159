#include "config/load.hpp"
#include "runtime/local_world.hpp"
#include "runtime/runtime.hpp"
#include "tests/support/watched_storage.hpp"

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <thread>

using namespace spillway;
using namespace std::chrono_literals;

namespace {

/// A world that outlives its runtimes, and a journal between them.
struct lasting_world {
  explicit lasting_world(runtime::local_world_options options = {}) {
    REQUIRE(mkdtemp(folder.data()) != nullptr);
    auto loaded = config::load_text(R"(
      [routes]
      default = ["gpt-4o-mini"]
      [routing]
      output_default = 100
      [langfuse]
      flush_interval = "5ms"
    )",
                                    "test");
    REQUIRE(loaded);
    settings = std::move(*loaded);
    settings.journal.path = folder + "/journal";
    options.latency = {2ms, 0.5, {}, 50ms};
    auto started = runtime::local_world::start(settings, std::move(options));
    REQUIRE(started);
    world = std::move(*started);
  }
  ~lasting_world() { std::filesystem::remove_all(folder); }

  std::unique_ptr<runtime::runtime> start() const {
    runtime::runtime_options r;
    r.settings = settings;
    r.environment = runtime::local_world::environment();
    r.on_alert = [](const alerts::notice&) {};
    auto started = runtime::runtime::start(std::move(r));
    if (!started)
      FAIL(started.failure().message);
    return std::move(*started);
  }

  std::string folder = "/tmp/spillway-durability-XXXXXX";
  config::settings settings;
  std::unique_ptr<runtime::local_world> world;
};

} // namespace

TEST_CASE("on a full disk callers are told why, and served again when there is room") {
  std::atomic<bool> full = false;
  tests::watch_storage({[&](tests::storage_step step) {
                          return full && step == tests::storage_step::wal_write ? SQLITE_FULL
                                                                                : SQLITE_OK;
                        },
                        {}});
  const lasting_world w;
  const auto rt = w.start();
  const auto client = rt->client();
  CHECK(client->ask("default", "one").status == completion_status::answered);
  full = true;
  const completion_reply refused = client->ask("default", "two");
  CHECK(refused.status == completion_status::overloaded);
  CHECK(refused.reason.find("the disk is full") != std::string::npos);
  CHECK(rt->look().budget.open_reservations == 0);
  full = false;
  auto status = completion_status::overloaded;
  for (int tries = 0; tries < 200 && status == completion_status::overloaded; ++tries) {
    std::this_thread::sleep_for(20ms);
    status = client->ask("default", "three").status;
  }
  CHECK(status == completion_status::answered);
  CHECK(w.world->provider().models.at("gpt-4o-mini").requests == 2);
  rt->stop(5s);
  tests::watch_storage({});
}

TEST_CASE("traces that Langfuse did not take go out after a restart, each once") {
  std::atomic<bool> down = true;
  runtime::local_world_options options;
  options.around_receiver = [&down](transport::http_handler inner) -> transport::http_handler {
    return [&down, inner](wire::http_request request, transport::http_responder reply) {
      if (down)
        return reply(transport::http_connection_fault::reset);
      inner(std::move(request), std::move(reply));
    };
  };
  const lasting_world w{std::move(options)};
  {
    const auto rt = w.start();
    const auto client = rt->client();
    for (int i = 0; i < 5; ++i)
      REQUIRE(client->ask("default", "?").status == completion_status::answered);
    CHECK(rt->stop(50ms).last.traces.pending == 5);
  }
  CHECK(w.world->traces().generations == 0);
  down = false;
  const auto rt = w.start();
  const auto last = rt->stop(20s).last.traces;
  CHECK(last.pending == 0);
  CHECK(last.delivered == 5);
  CHECK(w.world->traces().generations == 5);
}

TEST_CASE("without a journal traces wait in memory, and are delivered before the end") {
  lasting_world w;
  w.settings.journal.path.clear();
  const auto rt = w.start();
  const auto client = rt->client();
  for (int i = 0; i < 5; ++i)
    REQUIRE(client->ask("default", "?").status == completion_status::answered);
  CHECK(rt->stop(20s).last.traces.delivered == 5);
  CHECK(w.world->traces().generations == 5);
}
