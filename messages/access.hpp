#pragma once

#include "core/access/virtual_key.hpp"
#include "messages/handles.hpp"

#include <memory>
#include <string>
#include <vector>

/// The part of the protocol that is about virtual keys. Texts of keys are in no message.
namespace spillway {

/// Command to the gate: whose key is it?
struct identify_caller {
  std::string key_id;
  std::string fingerprint; ///< of the text that the caller sent: its SHA-256
};

struct caller_identity {
  std::string key; ///< its name; empty: there is no such key, or it has expired or was revoked
  std::vector<std::string> tags;
  std::vector<std::string> targets{}; ///< models and routes it may call; empty: all
};

/// Event to those who watch: these are the keys from now on.
struct replace_keys {
  std::shared_ptr<const std::vector<access::virtual_key>> keys;
};

/// Takes news of keys.
using key_watcher_actor = caf::typed_actor<caf::reacts_to<replace_keys>>;

/// Stands before the router in a gateway with virtual keys: keeps each key's own limits and models.
/// Requests without a key pass.
using key_gate_actor = router_actor::extend<
    // Who is that?
    caf::replies_to<identify_caller>::with<caller_identity>,
    // Keys have changed.
    caf::reacts_to<replace_keys>>;

/// Command to the keeper: one more key. Its name must be that of no other live one.
struct create_key {
  access::virtual_key key;
};

/// Command to the keeper: end a key.
struct revoke_key {
  std::string id;
};

/// Command to the keeper: another text for a live key; everything else stays.
struct rotate_key {
  std::string id;
  std::string salt;
  std::string digest;
};

struct key_change {
  std::string refused; ///< for people; empty: it was done, and holds from now on
  access::virtual_key key; ///< afterwards
};

/// Command to the keeper: all keys, revoked ones too, in order of creation.
struct list_keys {};

struct key_list {
  std::string failed; ///< for people; empty: it was read
  std::vector<access::virtual_key> keys;
};

/// Command to the keeper: tell this one now, and whenever keys have changed.
struct watch_keys {
  key_watcher_actor watcher;
};

/// Owns the file of virtual keys, and looks whether another process has changed it. Detached,
/// because it waits for the disk. One per runtime that has a journal.
using key_keeper_actor = caf::typed_actor<
    // One more.
    caf::replies_to<create_key>::with<key_change>,
    // One less.
    caf::replies_to<revoke_key>::with<key_change>,
    // Another text.
    caf::replies_to<rotate_key>::with<key_change>,
    // Which are there?
    caf::replies_to<list_keys>::with<key_list>,
    // Tell somebody what becomes of them.
    caf::reacts_to<watch_keys>>;

/// Timer of the keeper: look at the file.
struct look_due {};

using key_keeper_self = key_keeper_actor::extend<caf::reacts_to<look_due>>;

} // namespace spillway

SPILLWAY_MESSAGE(spillway::identify_caller)
SPILLWAY_MESSAGE(spillway::caller_identity)
SPILLWAY_MESSAGE(spillway::replace_keys)
SPILLWAY_MESSAGE(spillway::create_key)
SPILLWAY_MESSAGE(spillway::revoke_key)
SPILLWAY_MESSAGE(spillway::rotate_key)
SPILLWAY_MESSAGE(spillway::key_change)
SPILLWAY_MESSAGE(spillway::list_keys)
SPILLWAY_MESSAGE(spillway::key_list)
SPILLWAY_MESSAGE(spillway::watch_keys)
SPILLWAY_MESSAGE(spillway::look_due)
