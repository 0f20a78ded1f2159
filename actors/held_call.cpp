#include "actors/held_call.hpp"

#include "core/assert.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <utility>

namespace spillway::actors {
namespace {

rate::lease_end lease_end_of(const provider_reply& m, const call_failure& failure) {
  if (!m.request_sent)
    return rate::lease_end::not_sent;
  // Only a refusal by the windows themselves is known to leave the token window alone: a vendor may
  // look at the account after it has charged the window.
  return failure.kind == failure_kind::rate_limited ? rate::lease_end::rejected
                                                    : rate::lease_end::unknown;
}

call_outcome outcome_of(rate::lease_end how) {
  switch (how) {
    case rate::lease_end::not_sent: return call_outcome::not_sent;
    case rate::lease_end::rejected: return call_outcome::rejected;
    case rate::lease_end::unknown: return call_outcome::unknown;
  }
  return call_outcome::unknown;
}

} // namespace

void held_call::begin(lease_id lease, const call_target& target, routing::candidate candidate) {
  SPILLWAY_ASSERT(extent_ == extent::nothing);
  lease_ = lease;
  limiter_ = target.limiter;
  lane_ = target.lane;
  candidate_ = std::move(candidate);
}

void held_call::give_back() {
  const extent held = std::exchange(extent_, extent::nothing);
  if (held == extent::nothing)
    return;
  if (held == extent::intent) {
    release_permit unsent{lease_, rate::lease_end::not_sent};
    unsent.lane = lane_;
    self_->send(limiter_, std::move(unsent));
  } else if (held == extent::permit) {
    self_->send(limiter_, withdraw_permit{lease_});
  }
  self_->send(around_.budget, release_spend{reservation()});
  if (held == extent::intent)
    record({lease_, call_outcome::not_sent, {}, {}, {}, wall_of(self_->clock().now()), {}},
           nullptr);
}

void held_call::settle(const provider_reply& m, const token_usage& usage, nano_usd cost,
                       routing::health target_is,
                       std::shared_ptr<const report::generation> trace) {
  extent_ = extent::nothing;
  const token_count charged =
      routing::settled_charge(*candidate_.model, candidate_.charge, usage);
  self_->send(limiter_, settle_permit{lease_, routing::settled_parts(charged, usage), m.sent_at,
                                      m.first_byte_at, m.limits, lane_, target_is});
  self_->send(around_.budget, settle_spend{reservation(), cost});
  record({lease_, call_outcome::settled, charged, usage, cost, wall_of(self_->clock().now()),
          wall_of(m.sent_at)},
         std::move(trace));
}

void held_call::fail(const provider_reply& m, const call_failure& failure,
                     routing::health target_is,
                     std::shared_ptr<const report::generation> trace) {
  extent_ = extent::nothing;
  const rate::lease_end how = lease_end_of(m, failure);
  const nano_usd spent = still_spent(m, failure);
  const bool asks_for_pause = failure.kind == failure_kind::rate_limited
                              || failure.kind == failure_kind::overloaded
                              || failure.kind == failure_kind::quota_exhausted;
  self_->send(limiter_,
              release_permit{lease_, how, m.sent_at,
                             asks_for_pause ? failure.retry_after : std::nullopt, m.first_byte_at,
                             m.limits, failure.refused_by, lane_, target_is});
  if (spent > nano_usd{0})
    self_->send(around_.budget, settle_spend{reservation(), spent});
  else
    self_->send(around_.budget, release_spend{reservation()});
  record({lease_,
          outcome_of(how),
          candidate_.charge,
          {},
          spent,
          wall_of(self_->clock().now()),
          wall_of(m.sent_at)},
         std::move(trace));
}

nano_usd held_call::still_spent(const provider_reply& m, const call_failure& failure) const {
  const bool charged = m.request_sent && may_have_been_charged(failure.kind);
  return charged ? candidate_.worst_cost : nano_usd{0};
}

/// What ended, and its trace: together, so that a crash cannot keep one and lose the other.
void held_call::record(call_settlement row, std::shared_ptr<const report::generation> trace) {
  if (around_.journal)
    self_->send(around_.journal, record_settlement{std::move(row), std::move(trace)});
  else if (trace)
    self_->send(around_.traces, record_generation{std::move(trace)});
}

wall_time held_call::wall_of(mono_time t) const {
  const mono_time now = self_->clock().now();
  return around_.wall(now) - (now - t);
}

} // namespace spillway::actors
