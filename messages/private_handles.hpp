#pragma once

#include "core/answers/kept_answers.hpp"
#include "core/routing/rules.hpp"
#include "messages/handles.hpp"

#include <memory>
#include <string>
#include <vector>

/// What actors say to themselves and to their closest kin, beside the public protocol. A timer that
/// fires late or twice is harmless: every handler looks at the state, not at the timer.
namespace spillway {

/// Timer: something in this actor may be due.
struct wake_due {};

/// Timer: rows are waiting for their group commit.
struct commit_due {};

/// Where a model's calls go with one key.
struct call_target {
  key_id key; ///< under which the journal keeps them: the credential, and the group if it has one
  limiter_actor limiter;
  provider_actor provider;
  limiter_lane lane = 0;
  key_id credential{};     ///< "openai/default"; empty: as `key`
  std::int64_t weight = 1; ///< its share of the model's calls, beside those of other keys
};

/// Router to job: serve this request. `candidates` and `targets` run side by side and are not
/// empty; the candidates' models live as long as `models`.
struct assign_completion {
  run_completion request;
  mono_time accepted_at{};
  std::shared_ptr<const catalog> models;
  std::vector<routing::candidate> candidates;
  std::vector<call_target> targets;
  routing::plan plan; ///< its first rows are the candidates, in order
  context::note prompt{}; ///< what became of a prompt that was too long
  routing::fallback_policy policy{};
};

/// Router to the answers that are kept: answer this, or else have `router` answer it.
struct find_answer {
  run_completion request;         ///< its target is named
  std::vector<model_id> models{}; ///< what its target stands for now
  router_actor router;
};

/// Command to the answers that are kept: how many, and of what use?
struct get_answers_status {};

struct answers_status {
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t dropped = 0; ///< to make room
  std::size_t entries = 0;
  std::size_t bytes = 0;
};

/// Job to router: this request is over, the job is free.
struct completion_finished {
  completion_reply reply;
};

/// Job to router: this key does not work, or its account has no money.
struct key_condemned {
  key_id key;
  call_failure failure;
};

/// Job to itself: the permit wait, the pause or the whole request is over.
struct deadline_due {};
struct pause_over {
  std::uint64_t step = 0; ///< stale if the job has moved on
};

/// Transport to provider: an exchange is over.
struct exchange_finished;

/// Transport to provider: the head and a piece of a reply that is streamed.
struct stream_begun;
struct stream_piece;

/// Supervisor to router: from now on, this model's calls with that key go there.
struct replace_target {
  model_id model;
  call_target target;
};

/// Reloader to router: from now on, new requests are routed by these rules.
struct replace_routing {
  routing::rules rules;
};

/// Reloader to the answer keeper: from now on, answers are kept so.
struct replace_keeping {
  answers::keeping_policy policy;
};

/// Supervisor to a limiter: from now on these are the limits. What has been used stays used.
struct replace_limits {
  rate::limits limits;
};

/// Reloader to the supervisor: limiters keep to the limits of these models from now on.
struct replace_models {
  std::shared_ptr<const catalog> models;
};

/// Where budget rules come from; each origin replaces its own.
enum class rule_origin { configuration, virtual_keys };

/// To the budget: from now on these are the rules of that origin. What has been spent stays spent.
struct replace_budget_rules {
  rule_origin origin = rule_origin::configuration;
  std::vector<money::budget_rule> rules;
};

/// Who hears of which notices.
struct alert_target {
  std::string name;
  alert_severity least = alert_severity::notice; ///< of what it hears
  alert_courier_actor courier;
};

/// Wiring to the alert sink: whom to ask, whom to tell. Before it comes, nothing is told.
struct watch_runtime {
  budget_actor budget;
  langfuse_batcher_actor traces;
  journal_actor journal; ///< null: nothing is remembered
  std::vector<alert_target> targets;
};

/// Serves one request at a time; the router keeps idle ones for the next.
using completion_job_actor = caf::typed_actor<
    // Serve a request; ends in `completion_finished`.
    caf::reacts_to<assign_completion>,
    // End it early.
    caf::reacts_to<cancel_completion>>;

using completion_job_self =
    completion_job_actor::extend<caf::reacts_to<deadline_due>, caf::reacts_to<pause_over>>;

/// Foretells one request, then ends.
using plan_job_actor = caf::typed_actor<
    // Which models would answer?
    caf::replies_to<plan_completion>::with<completion_plan>>;

/// Asks one request in parts, then ends.
using chunk_job_actor = caf::typed_actor<
    // Answer it.
    caf::replies_to<run_completion>::with<completion_reply>,
    // The caller has gone.
    caf::reacts_to<cancel_completion>>;

/// Timer of an agent: try the refused step again.
struct step_due {};

using react_agent_self = react_agent_actor::extend<caf::reacts_to<step_due>>;

/// Watches limiters and providers, and tells limiters what they are to keep to.
using supervisor_actor = caf::typed_actor<caf::reacts_to<replace_models>>;

/// Keeps answers for who asks the same again. One per runtime; without it, none are kept.
using answer_keeper_actor = caf::typed_actor<
    // Is there one?
    caf::replies_to<find_answer>::with<completion_reply>,
    // Wait for it no longer.
    caf::reacts_to<cancel_completion>,
    caf::reacts_to<replace_keeping>,
    caf::reacts_to<wake_due>,
    // How full, of what use?
    caf::replies_to<get_answers_status>::with<answers_status>>;

using router_self =
    router_actor::extend<caf::reacts_to<completion_finished>, caf::reacts_to<replace_target>,
                         caf::reacts_to<replace_routing>, caf::reacts_to<key_condemned>,
                         caf::reacts_to<wake_due>>;

using budget_self =
    budget_actor::extend<caf::reacts_to<replace_budget_rules>, caf::reacts_to<wake_due>>;

using limiter_self =
    limiter_actor::extend<caf::reacts_to<replace_limits>, caf::reacts_to<wake_due>>;

using langfuse_batcher_self =
    langfuse_batcher_actor::extend<caf::reacts_to<exchange_finished>,
                                   caf::reacts_to<traces_waiting>, caf::reacts_to<wake_due>>;

using alert_sink_self =
    alert_sink_actor::extend<caf::reacts_to<watch_runtime>, caf::reacts_to<wake_due>>;

using alert_courier_self =
    alert_courier_actor::extend<caf::reacts_to<exchange_finished>, caf::reacts_to<wake_due>>;

using provider_self =
    provider_actor::extend<caf::reacts_to<stream_begun>, caf::reacts_to<stream_piece>,
                           caf::reacts_to<exchange_finished>>;

using journal_self = journal_actor::extend<caf::reacts_to<commit_due>>;

} // namespace spillway

SPILLWAY_MESSAGE(spillway::wake_due)
SPILLWAY_MESSAGE(spillway::commit_due)
SPILLWAY_MESSAGE(spillway::assign_completion)
SPILLWAY_MESSAGE(spillway::find_answer)
SPILLWAY_MESSAGE(spillway::get_answers_status)
SPILLWAY_MESSAGE(spillway::answers_status)
SPILLWAY_MESSAGE(spillway::completion_finished)
SPILLWAY_MESSAGE(spillway::step_due)
SPILLWAY_MESSAGE(spillway::deadline_due)
SPILLWAY_MESSAGE(spillway::pause_over)
SPILLWAY_MESSAGE(spillway::exchange_finished)
SPILLWAY_MESSAGE(spillway::stream_begun)
SPILLWAY_MESSAGE(spillway::stream_piece)
SPILLWAY_MESSAGE(spillway::replace_target)
SPILLWAY_MESSAGE(spillway::key_condemned)
SPILLWAY_MESSAGE(spillway::replace_budget_rules)
SPILLWAY_MESSAGE(spillway::replace_routing)
SPILLWAY_MESSAGE(spillway::replace_keeping)
SPILLWAY_MESSAGE(spillway::replace_limits)
SPILLWAY_MESSAGE(spillway::replace_models)
SPILLWAY_MESSAGE(spillway::watch_runtime)
