#include "core/access/key_ring.hpp"

#include <algorithm>
#include <utility>

namespace spillway::access {
namespace {

bool may_call(const virtual_key& key, std::string_view target) {
  return key.targets.empty() || std::ranges::find(key.targets, target) != key.targets.end();
}

std::string quoted(std::string_view text) {
  return "`" + std::string{text} + "`";
}

std::string explain_target(const virtual_key& key, std::string_view target) {
  std::string allowed;
  for (const std::string& t : key.targets)
    allowed += (allowed.empty() ? "" : ", ") + quoted(t);
  return "key " + quoted(key.name) + " may not call "
         + (target.empty() ? "the default route" : quoted(target)) + "; it may call " + allowed;
}

/// Whether `key`, null if there is none of that name, may call `target`.
key_decision judge(const virtual_key* key, std::string_view name, std::string_view target) {
  if (key == nullptr)
    return {key_verdict::unknown_key, "key " + quoted(name) + " has been revoked or has expired"};
  if (!may_call(*key, target))
    return {key_verdict::target_not_allowed, explain_target(*key, target)};
  return {};
}

std::string explain_limit(const virtual_key& key, rate::dimension which, bool too_large) {
  const std::string limit = std::to_string(key.limits.of(which).value_or(0));
  std::string what = rate::to_string(which);
  std::ranges::replace(what, '_', ' ');
  return "key " + quoted(key.name) + " has a limit of " + limit + " " + what
         + (too_large ? ", and this request alone is larger" : ", which is used up");
}

/// Answers without a bound leave no room for calls beside them if there is little, but refuse none.
token_count charge_of(const key_request& r, const rate::admission& used, instant now) {
  token_count open = r.open_tokens;
  for (const rate::dimension_usage& u : used.usage(now))
    if (u.which == rate::dimension::tokens_per_minute)
      open = std::min(open, token_count{u.limit - u.used} - r.tokens);
  return r.tokens + std::max(open, token_count{});
}

} // namespace

void key_ring::replace(std::vector<virtual_key> keys) {
  auto before = std::exchange(by_id_, {});
  live_.clear();
  for (virtual_key& key : keys) {
    if (!key.revoked)
      live_.insert_or_assign(key.name, key.id);
    const auto old = before.find(key.id);
    const std::string id = key.id;
    if (old != before.end() && old->second.key.limits == key.limits)
      by_id_.emplace(id, holder{std::move(key), std::move(old->second.used)});
    else
      by_id_.emplace(id, holder{key, rate::admission{key.limits}});
  }
}

const virtual_key* key_ring::find(std::string_view id, wall_time now) const {
  const auto it = by_id_.find(id);
  return it == by_id_.end() || !it->second.key.is_live(now) ? nullptr : &it->second.key;
}

const virtual_key* key_ring::named(std::string_view name, wall_time now) const {
  const auto it = live_.find(name);
  return it == live_.end() ? nullptr : find(it->second, now);
}

key_decision key_ring::check(std::string_view name, std::string_view target,
                             wall_time now) const {
  return judge(named(name, now), name, target);
}

key_decision key_ring::admit(const key_request& r, instant now) {
  const virtual_key* const key = named(r.name, now.wall);
  if (key_decision refused = judge(key, r.name, r.target); refused.outcome != key_verdict::granted)
    return refused;
  holder& h = by_id_.at(key->id);
  const rate::decision d = h.used.acquire(r.lease, charge_of(r, h.used, now), now);
  if (d.outcome == rate::verdict::granted) {
    h.used.mark_sent(r.lease, now);
    h.used.prove_arrival(r.lease, now);
    leases_.emplace(r.lease, key->id);
    return {};
  }
  const bool too_large = d.outcome == rate::verdict::never;
  key_decision refused{too_large ? key_verdict::too_large : key_verdict::limited,
                       explain_limit(h.key, d.binding.value_or(rate::dimension{}), too_large)};
  if (!too_large)
    refused.retry_after = d.ready_at - now.mono;
  return refused;
}

void key_ring::end(lease_id lease, std::optional<token_count> tokens, instant now) {
  const auto held = leases_.extract(lease);
  const auto it = held ? by_id_.find(held.mapped()) : by_id_.end();
  if (it == by_id_.end())
    return;
  if (tokens)
    it->second.used.settle(lease, *tokens, now);
  else
    it->second.used.release(lease, rate::lease_end::not_sent, now);
}

} // namespace spillway::access
