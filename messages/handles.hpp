#pragma once

#include "messages/agent.hpp"
#include "messages/alert.hpp"
#include "messages/completion.hpp"
#include "messages/deltas.hpp"
#include "messages/durability.hpp"
#include "messages/permit.hpp"
#include "messages/provider_call.hpp"
#include "messages/spend.hpp"
#include "messages/status.hpp"
#include "messages/trace.hpp"

#include <caf/typed_actor.hpp>

/// Every actor of the runtime and all it can be asked: the whole protocol on one sheet.
///
/// One request: caller -> router -> completion_job -> { budget, limiter, journal, provider } ->
/// back to the caller, with settlements to limiter, budget and journal and a generation to the
/// Langfuse batcher. docs/MESSAGES.md draws it.
namespace spillway {

/// Turns routes into candidates and hands each request to a completion job. One per runtime.
using router_actor = caf::typed_actor<
    // Answer a chat; every outcome is a reply.
    caf::replies_to<run_completion>::with<completion_reply>,
    // The same, asked beforehand: which model, at what price, after what wait?
    caf::replies_to<plan_completion>::with<completion_plan>,
    // How good an answer was: steers later choices.
    caf::reacts_to<record_feedback>,
    // An id, to be able to cancel.
    caf::replies_to<take_request_id>::with<request_id_reply>,
    // The caller of a request has gone.
    caf::reacts_to<cancel_completion>,
    // Totals since the start.
    caf::replies_to<get_router_status>::with<router_status>,
    // Stop accepting, finish what is in flight.
    caf::replies_to<drain_requests>::with<drain_reply>>;

/// Owns every rate limit of one credential and model.
using limiter_actor = caf::typed_actor<
    // Now, or when?
    caf::replies_to<acquire_permit>::with<permit_reply>,
    // The same, taking nothing.
    caf::replies_to<quote_permit>::with<permit_reply>,
    // Queue until there is room.
    caf::replies_to<await_permit>::with<permit_reply>,
    // Leave the queue.
    caf::reacts_to<withdraw_permit>,
    // The one end of a lease: settled ...
    caf::reacts_to<settle_permit>,
    // ... or not.
    caf::reacts_to<release_permit>,
    // Use of each window, queue length.
    caf::replies_to<get_limiter_status>::with<limiter_status>>;

/// Owns the money ledger and the log of costs. One per runtime.
using budget_actor = caf::typed_actor<
    // Set the worst case aside, on every account or none.
    caf::replies_to<reserve_spend>::with<spend_reply>,
    // The one end of a reservation: spent ...
    caf::reacts_to<settle_spend>,
    // ... or not.
    caf::reacts_to<release_spend>,
    // Every account now.
    caf::replies_to<get_budget_status>::with<budget_status>,
    // Would this be let pass?
    caf::replies_to<check_budget>::with<budget_check>,
    // What is left for these scopes?
    caf::replies_to<get_remaining_budget>::with<remaining_budget>,
    // What has been spent, on a model, in a day, week, month or ever?
    caf::replies_to<get_cumulative_cost>::with<cumulative_cost>,
    // On what?
    caf::replies_to<get_cost_breakdown>::with<cost_breakdown>>;

// `delta_sink_actor`, the caller's end of a streamed reply, is in messages/deltas.hpp.

/// Speaks to one upstream in its dialect.
using provider_actor = caf::typed_actor<
    // One upstream call.
    caf::replies_to<call_provider>::with<provider_reply>,
    // Nobody waits for it any more.
    caf::reacts_to<cancel_call>>;

/// Batches generations to Langfuse. One per runtime.
using langfuse_batcher_actor = caf::typed_actor<
    // One more call to report.
    caf::reacts_to<record_generation>,
    // Send what is pending now.
    caf::replies_to<flush_traces>::with<trace_status>,
    // Pending, delivered, dead.
    caf::replies_to<get_trace_status>::with<trace_status>>;

/// Keeps traces until they are delivered: in memory, or as part of what a journal does.
using trace_spool_actor = caf::typed_actor<
    // One more.
    caf::reacts_to<record_generation>,
    // Tell somebody whenever traces wait.
    caf::reacts_to<watch_traces>,
    // The oldest.
    caf::replies_to<load_traces>::with<traces_reply>,
    // They were delivered, or refused for good ...
    caf::reacts_to<end_traces>,
    // ... or had to be made smaller.
    caf::reacts_to<replace_trace>,
    // Pending, delivered, dead.
    caf::replies_to<get_trace_status>::with<trace_status>>;

/// Makes intents, settlements and traces durable. Detached: the only actor that touches files.
using journal_actor = trace_spool_actor::extend<
    // Durable before the call leaves.
    caf::replies_to<record_intent>::with<journal_reply>,
    // Durable soon.
    caf::reacts_to<record_settlement>,
    // Likewise: what a limiter has learnt.
    caf::reacts_to<record_lessons>,
    // What a limiter that restarts must still count.
    caf::replies_to<load_leases>::with<leases_reply>,
    // What alerts must not forget: durable soon.
    caf::reacts_to<record_alerts>>;

/// Decides what operators are told, and tells them. One per runtime.
using alert_sink_actor = caf::typed_actor<
    // Something they should know ...
    caf::reacts_to<raise_alert>,
    // ... is over.
    caf::reacts_to<end_alert>,
    // One more call to judge health and spending by.
    caf::reacts_to<call_ended>,
    // An account is nearly or wholly used up.
    caf::reacts_to<threshold_crossed>,
    // What is wrong now?
    caf::replies_to<get_alert_status>::with<alert_status>,
    // Wait until all is told.
    caf::replies_to<flush_alerts>::with<alert_status>>;

/// Brings notices to one target, however long it takes.
using alert_courier_actor = caf::typed_actor<
    // One more.
    caf::replies_to<deliver_notice>::with<delivery_reply>>;

/// Thinks, acts and observes until a task is done. Any number per runtime; outside its core.
using react_agent_actor = caf::typed_actor<
    // Work on a task.
    caf::replies_to<run_agent>::with<agent_reply>>;

/// Runs tools, which may block. Detached; shared by the agents that have the same tools.
using tool_runner_actor = caf::typed_actor<
    // Run these calls.
    caf::replies_to<run_tools>::with<tools_reply>>;

} // namespace spillway
