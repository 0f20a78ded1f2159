#pragma once

#include "core/bounds.hpp"
#include "core/money/ledger.hpp"
#include "core/rate/limits.hpp"
#include "core/result.hpp"
#include "core/units.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// Who may use the gateway, and for what.
namespace spillway::access {

/// What a key may spend in each period. Not in all time: a restart knows only the last month.
struct key_budget {
  money::period per = money::period::day;
  nano_usd limit;
  friend bool operator==(const key_budget&, const key_budget&) = default;
};

/// A key that the gateway gave to a caller. The text itself is nowhere: `digest` is the SHA-256 of
/// the salt and the text's fingerprint. That fast hash is enough, because the text has 256 bits of
/// chance: there is nothing to guess that a slow one would protect.
struct virtual_key {
  std::string id;     ///< 12 hexadecimal digits; part of the text, and no secret
  std::string name;   ///< the account of scope "key"; unique among keys that are not revoked
  std::string salt;   ///< hexadecimal digits
  std::string digest; ///< likewise
  wall_time created{};
  std::optional<wall_time> expires{}; ///< absent: never
  std::optional<wall_time> revoked{};
  std::vector<std::string> targets{}; ///< models and routes it may call; empty: all
  std::vector<std::string> tags{};    ///< added to each call
  rate::limits limits{};              ///< requests and tokens a minute, concurrent requests
  std::vector<key_budget> budgets{};  ///< each period once
  friend bool operator==(const virtual_key&, const virtual_key&) = default;

  bool is_live(wall_time now) const { return !revoked && (!expires || now < *expires); }
};

/// Errors: a name that is empty, too long or has a "/" (so are provider keys named), too many
/// items, a period that occurs twice, or with more than a longer one, a limit below 1.
result<void> check_virtual_key(const virtual_key& key);

/// The budget rules of the keys that are live, each for the account of its key.
std::vector<money::budget_rule> rules_of(const std::vector<virtual_key>& keys, wall_time now);

} // namespace spillway::access
