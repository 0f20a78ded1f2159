#pragma once

#include "core/failure.hpp"
#include "core/ids.hpp"
#include "core/units.hpp"

#include <optional>
#include <string>
#include <unordered_map>

namespace spillway::routing {

/// Whether a failure condemns the key itself, with all its models: it does not work, or its account
/// has no money. A quota of one model does not, nor a 403, which is about a model or a region.
bool condemns_key(const call_failure& failure) noexcept;

/// The keys that are of no use for a while, each alone: the others of the same provider go on.
///
/// A key that does not work (401) sits out `bounds::key_refused_for`, an account without money
/// `bounds::key_unpaid_for` or as long as the vendor says. Then one more call finds out.
///
/// Owned by the router. Not thread-safe.
class key_bench {
public:
  /// Notes a failure that `condemns_key`. True if the key was in use until now: worth an alert.
  bool sit_out(const key_id& key, const call_failure& failure, mono_time now);

  /// For how long `key` is of no use yet; absent: it may be used.
  std::optional<duration> out_for(const key_id& key, mono_time now) const;

  /// Why it sits out and for how long, for people. Requires: it does.
  std::string explain(const key_id& key, mono_time now) const;

private:
  struct place {
    mono_time until{};
    failure_kind why = failure_kind::unauthorized;
  };
  std::unordered_map<key_id, place> places_; ///< at most one for each configured key
};

} // namespace spillway::routing
