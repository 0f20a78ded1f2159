#include "actors/key_keeper.hpp"

#include <utility>

namespace spillway::actors {

void key_keeper_state::start(key_keeper_self::pointer self, key_keeper_options options) {
  self_ = self;
  options_ = std::move(options);
  static_cast<void>(options_.file->was_changed_elsewhere());
  tell_all();
  self_->delayed_send(self_, look_interval, look_due{});
}

key_change key_keeper_state::on_create_key(const create_key& m) {
  access::virtual_key key = m.key;
  key.created = now();
  if (const auto added = options_.file->add(key, now()); !added)
    return {added.failure().message, {}};
  return answer(std::move(key));
}

key_change key_keeper_state::on_revoke_key(const revoke_key& m) {
  return answer(options_.file->revoke(m.id, now()));
}

key_change key_keeper_state::on_rotate_key(const rotate_key& m) {
  return answer(options_.file->rotate(m.id, m.salt, m.digest, now()));
}

key_change key_keeper_state::answer(result<access::virtual_key> changed) {
  if (!changed)
    return {changed.failure().message, {}};
  tell_all();
  return {{}, std::move(*changed)};
}

key_list key_keeper_state::on_list_keys() {
  auto keys = options_.file->load();
  if (!keys)
    return {keys.failure().message, {}};
  return {{}, std::move(*keys)};
}

void key_keeper_state::on_watch_keys(const watch_keys& m) {
  watchers_.push_back(m.watcher);
  tell_all();
}

void key_keeper_state::on_look_due() {
  const auto changed = options_.file->was_changed_elsewhere();
  if (changed && *changed)
    tell_all();
  self_->delayed_send(self_, look_interval, look_due{});
}

/// If the disk does not give them, the keys that are known go on to hold.
void key_keeper_state::tell_all() {
  auto keys = options_.file->load();
  if (!keys)
    return;
  self_->send(options_.budget, replace_budget_rules{rule_origin::virtual_keys,
                                                    access::rules_of(*keys, now())});
  const replace_keys news{
      std::make_shared<const std::vector<access::virtual_key>>(std::move(*keys))};
  for (const key_watcher_actor& watcher : watchers_)
    self_->send(watcher, news);
}

key_keeper_self::behavior_type key_keeper(key_keeper_self::stateful_pointer<key_keeper_state> self,
                                          key_keeper_options options) {
  self->state.start(self, std::move(options));
  return {
      [self](const create_key& m) { return self->state.on_create_key(m); },
      [self](const revoke_key& m) { return self->state.on_revoke_key(m); },
      [self](const rotate_key& m) { return self->state.on_rotate_key(m); },
      [self](list_keys) { return self->state.on_list_keys(); },
      [self](const watch_keys& m) { self->state.on_watch_keys(m); },
      [self](look_due) { self->state.on_look_due(); },
  };
}

} // namespace spillway::actors
