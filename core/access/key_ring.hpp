#pragma once

#include "core/access/virtual_key.hpp"
#include "core/instant.hpp"
#include "core/rate/admission.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace spillway::access {

/// What becomes of a call with a key, and what its caller is told.
enum class key_verdict { granted, unknown_key, target_not_allowed, limited, too_large };

struct key_decision {
  key_verdict outcome = key_verdict::granted;
  std::string reason; ///< for people, unless granted
  std::optional<duration> retry_after{};
};

/// What a key asks for.
struct key_request {
  std::string_view name;   ///< of the key
  std::string_view target; ///< a model or a route; empty: the caller named none
  token_count tokens;      ///< that it takes of a limit over tokens at least
  lease_id lease;
  token_count open_tokens{}; ///< that it ordinarily takes beside: as many as there is room for
};

/// The keys there are and what each of them has used of its own limits. Windows are exact, as a
/// provider's (`rate::admission`).
///
/// Owned by the key gate. Not thread-safe.
class key_ring {
public:
  /// From now on these are the keys. A key that stays keeps what it has used, unless its limits
  /// are others.
  void replace(std::vector<virtual_key> keys);

  /// The key of that id if it is live; null if there is none.
  const virtual_key* find(std::string_view id, wall_time now) const;

  /// Whether the key of that name is live and may call `target`, whatever it has used.
  key_decision check(std::string_view name, std::string_view target, wall_time now) const;

  /// Takes one call, with its tokens, of the limits of the key. Requires: `lease` is not held.
  key_decision admit(const key_request& r, instant now);

  /// A call that was granted took so many tokens in fact; absent: it never left, and is given back.
  /// An unknown lease changes nothing.
  void end(lease_id lease, std::optional<token_count> tokens, instant now);

private:
  struct holder {
    virtual_key key;
    rate::admission used;
  };

  /// The live key of that name; null if there is none.
  const virtual_key* named(std::string_view name, wall_time now) const;

  std::map<std::string, holder, std::less<>> by_id_;
  std::map<std::string, std::string, std::less<>> live_; ///< name to id
  std::unordered_map<lease_id, std::string> leases_;     ///< to the id of its key
};

} // namespace spillway::access
