#include "actors/key_keeper.hpp"
#include "storage/key_store.hpp"
#include "tests/support/virtual_system.hpp"

#include <caf/actor_cast.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

using namespace spillway;
using namespace std::chrono_literals;
using tests::virtual_system;

namespace {

access::virtual_key bot(const std::string& id = "0123456789ab", const std::string& name = "bot") {
  access::virtual_key key{id, name, "aa", "bb", wall_time{}};
  key.budgets = {{money::period::day, nano_usd{5}}};
  return key;
}

/// A keeper of a file of its own, a budget and a watcher that record what they are told.
struct keeper_world {
  virtual_system world;
  std::string folder = "/tmp/spillway-keeper-XXXXXX";
  std::vector<replace_budget_rules> rules;
  std::vector<std::size_t> seen; ///< live keys of each news
  budget_self budget;
  key_watcher_actor watcher;
  key_keeper_actor keeper;

  keeper_world() {
    if (mkdtemp(folder.data()) == nullptr)
      throw std::runtime_error{"no folder for the test"};
    budget = world.system().spawn([this]() -> budget_self::behavior_type {
      return {[](const reserve_spend&) { return spend_reply{}; },
              [](const settle_spend&) {},
              [](const release_spend&) {},
              [](get_budget_status) { return budget_status{}; },
              [](const check_budget&) { return budget_check{}; },
              [](const get_remaining_budget&) { return remaining_budget{}; },
              [](const get_cumulative_cost&) { return cumulative_cost{}; },
              [](const get_cost_breakdown&) { return cost_breakdown{}; },
              [this](const replace_budget_rules& m) { rules.push_back(m); },
              [](wake_due) {}};
    });
    watcher = world.system().spawn([this]() -> key_watcher_actor::behavior_type {
      return {[this](const replace_keys& m) {
        seen.push_back(static_cast<std::size_t>(std::ranges::count_if(
            *m.keys, [this](const auto& key) { return key.is_live(wall_now()); })));
      }};
    });
    keeper = world.system().spawn(
        actors::key_keeper,
        actors::key_keeper_options{std::move(*storage::key_store::open(path())), budget,
                                   world.wall()});
    world.self()->send(keeper, watch_keys{watcher});
    world.settle();
  }
  ~keeper_world() {
    for (const caf::actor& whom :
         {caf::actor_cast<caf::actor>(keeper), caf::actor_cast<caf::actor>(watcher),
          caf::actor_cast<caf::actor>(budget)})
      world.self()->send_exit(whom, caf::exit_reason::user_shutdown);
    world.settle();
    std::filesystem::remove_all(folder);
  }

  std::string path() const { return folder + "/keys"; }
  wall_time wall_now() { return world.wall()(world.now()); }
  template <class Command>
  key_change change(Command command) {
    return world.ask<key_change>(keeper, std::move(command));
  }
};

} // namespace

TEST_CASE("who watches keys is told at once, and whenever they change") {
  keeper_world w;
  CHECK(w.seen == std::vector<std::size_t>{0});
  const key_change made = w.change(create_key{bot()});
  CHECK(made.refused.empty());
  CHECK(made.key.created == w.wall_now());
  CHECK(w.seen.back() == 1);
  CHECK(w.change(revoke_key{"0123456789ab"}).key.revoked);
  CHECK(w.seen.back() == 0);
  CHECK(w.world.ask<key_list>(w.keeper, list_keys{}).keys.size() == 1);
}

TEST_CASE("a key's budgets hold as long as it does") {
  keeper_world w;
  w.change(create_key{bot()});
  REQUIRE_FALSE(w.rules.empty());
  CHECK(w.rules.back().origin == rule_origin::virtual_keys);
  CHECK(w.rules.back().rules
        == std::vector<money::budget_rule>{{"key", "bot", money::period::day, nano_usd{5}}});
  w.change(revoke_key{"0123456789ab"});
  CHECK(w.rules.back().rules.empty());
}

TEST_CASE("what cannot be done is refused, and nobody is told anything new") {
  keeper_world w;
  w.change(create_key{bot()});
  const std::size_t news = w.seen.size();
  CHECK_FALSE(w.change(create_key{bot("ba9876543210")}).refused.empty()); // the name is taken
  CHECK_FALSE(w.change(create_key{bot("ba9876543210", "a/b")}).refused.empty());
  CHECK_FALSE(w.change(revoke_key{"ba9876543210"}).refused.empty());
  CHECK_FALSE(w.change(rotate_key{"ba9876543210", "cc", "dd"}).refused.empty());
  CHECK(w.seen.size() == news);
}

TEST_CASE("a rotated key has another digest and stays what it was") {
  keeper_world w;
  w.change(create_key{bot()});
  const key_change rotated = w.change(rotate_key{"0123456789ab", "cc", "dd"});
  CHECK(rotated.key.digest == "dd");
  CHECK(rotated.key.budgets == bot().budgets);
  CHECK(w.seen.back() == 1);
}

TEST_CASE("what another process does to the file is seen at the next look, and only then") {
  keeper_world w;
  auto elsewhere = storage::key_store::open(w.path());
  REQUIRE(elsewhere);
  w.world.advance(10 * actors::key_keeper_state::look_interval);
  const std::size_t news = w.seen.size();
  REQUIRE((*elsewhere)->add(bot(), w.wall_now()));
  CHECK(w.seen.size() == news);
  w.world.advance(actors::key_keeper_state::look_interval);
  CHECK(w.seen.size() == news + 1);
  CHECK(w.seen.back() == 1);
  w.world.advance(10 * actors::key_keeper_state::look_interval);
  CHECK(w.seen.size() == news + 1);
}
