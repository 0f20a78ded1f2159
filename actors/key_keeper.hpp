#pragma once

#include "core/instant.hpp"
#include "messages/access.hpp"
#include "messages/private_handles.hpp"
#include "storage/key_store.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <vector>

namespace spillway::actors {

struct key_keeper_options {
  std::shared_ptr<storage::key_store> file; ///< used by this actor alone
  budget_self budget;                       ///< is told the budgets of the keys
  wall_clock wall;
};

/// Keeps virtual keys on disk. Whoever watches hears of a change before the one who asked for it
/// does: what is revoked is out when that is said. Other processes change the file too (`spillway
/// keys`), which is seen within `look_interval`. Spawn it detached.
class key_keeper_state {
public:
  static constexpr const char* name = "key_keeper";
  static constexpr duration look_interval = std::chrono::milliseconds{200};

  void start(key_keeper_self::pointer self, key_keeper_options options);

  key_change on_create_key(const create_key& m);
  key_change on_revoke_key(const revoke_key& m);
  key_change on_rotate_key(const rotate_key& m);
  key_list on_list_keys();
  void on_watch_keys(const watch_keys& m);
  void on_look_due();

private:
  wall_time now() const { return options_.wall(self_->clock().now()); }
  key_change answer(result<access::virtual_key> changed);
  void tell_all();

  key_keeper_self::pointer self_ = nullptr;
  key_keeper_options options_;
  std::vector<key_watcher_actor> watchers_;
};

key_keeper_self::behavior_type key_keeper(key_keeper_self::stateful_pointer<key_keeper_state> self,
                                          key_keeper_options options);

} // namespace spillway::actors
