#pragma once

#include "core/catalog.hpp"
#include "core/chat.hpp"
#include "core/completion_status.hpp"
#include "core/embedding.hpp"
#include "core/money/ledger.hpp"
#include "core/routing/track_record.hpp"
#include "core/tokens/prompt_counter.hpp"
#include "core/units.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Which models may serve a request, in which order, and what each would take.
namespace spillway::routing {

/// A named order of preference over models.
struct route {
  std::string name;
  std::vector<model_id> models;
};

/// The route of a request that names a model by another of its names: that model alone, called as
/// the request says. Absent if the catalog knows no such name.
std::optional<route> route_of_name(const catalog& models, const std::string& name);

/// What holds for every selection of a runtime.
struct selection_policy {
  bool refuse_unknown_price = true;          ///< a model without a price cannot be kept in a budget
  std::vector<model_id> unpriced_allowed;    ///< except these
  std::optional<token_count> output_default; ///< bound on replies of requests that name none
};

/// A model that can serve the request, and what one call of it takes at most.
struct candidate {
  const model_entry* model = nullptr; ///< lives as long as the catalog
  token_count input_likely;
  token_count output_max; ///< of an answer, sent upstream: the hard bound the reservation needs
  token_count charge;     ///< of the token window, on arrival
  nano_usd worst_cost;
  /// With the shortest reply that is of use; absent unless the bound on the reply is ours to lower.
  std::optional<nano_usd> least_cost{};
  token_count input_most{}; ///< what the worst case takes the prompt for
  key_id key{};             ///< the credential it is called with: "openai/default"
  std::string upstream_name{}; ///< what the provider is to call it: the model's, or a snapshot
  std::optional<nano_usd> likely_cost{}; ///< of an ordinary reply; absent: no price
  std::optional<duration> likely_time{}; ///< of a call; absent: none was made
  std::optional<quality_estimate> quality{}; ///< for the type of task; absent: no scores
  token_count input_charge{}; ///< what windows take the prompt for, on arrival
  int answers = 1;            ///< wanted, each of at most `output_max`; all of them are billed
};

enum class rejection_reason {
  lacks_capability,
  context_too_long,
  unknown_price,
  below_quality,
  key_unusable
};

struct rejection {
  const model_entry* model = nullptr;
  rejection_reason reason = rejection_reason::context_too_long;
  std::string text; ///< for people: the figures
};

struct selection {
  std::vector<candidate> candidates; ///< in order of preference, at most `bounds::candidates_max`
  std::vector<rejection> rejected;
};

/// Sorts the models of `preference` into those that can serve `request` and those that cannot, and
/// reckons what each would take at the prices of `now`. Models that the catalog lacks are skipped.
/// `counter` counts the prompt for each. A request for fewer than one answer is taken as for one.
selection select_candidates(const catalog& models, const route& preference,
                            const chat_request& request, const selection_policy& policy,
                            wall_time now, tokens::prompt_counter& counter);

/// Likewise with a counter that has learnt nothing and remembers nothing.
selection select_candidates(const catalog& models, const route& preference,
                            const chat_request& request, const selection_policy& policy,
                            wall_time now);

/// Likewise for texts to embed: the prompt is all there is, and each of its inputs has to fit.
selection select_candidates(const catalog& models, const route& preference,
                            const embedding_request& request, const selection_policy& policy,
                            wall_time now);

/// Why no model can serve, for people: "a: ...; b: ...". Empty if none was rejected.
std::string reasons(const selection& s);

/// How to refuse a request that no model can serve: the reason that the caller can do something
/// about first.
completion_status status_of(const selection& s);

/// `c` with its reply cut to what `room` pays for; unchanged if that is all of it. Its worst cost
/// becomes `room`. Requires: `room` is at least `c.least_cost`, or its worst cost if that is
/// absent.
candidate shortened(candidate c, const chat_request& request, nano_usd room, wall_time now);

/// What a call took of the token window in the end, once the provider has said what it used.
/// Source: OpenAI documents no give-back of a reservation made on arrival
/// (platform.openai.com/docs/guides/rate-limits, read 2026-11); Gemini counts input alone
/// (ai.google.dev/gemini-api/docs/rate-limits, read 2026-10-17).
token_count settled_charge(const model_entry& model, token_count reserved,
                           const token_usage& usage);

/// The answer with a usage to bill: the provider's, or our own count of what it did not say. An
/// explicit zero stays zero.
std::shared_ptr<const chat_reply> with_usage(const candidate& c,
                                             std::shared_ptr<const chat_reply> answer);

std::shared_ptr<const embedding_reply> with_usage(const candidate& c,
                                                  std::shared_ptr<const embedding_reply> answer);

/// True if a call costs more than `left`, what the request itself may still cost, even with the
/// shortest reply that is of use.
bool is_over_own_cap(const candidate& c, nano_usd left);

/// What a candidate asks of its limiter: `c.charge` of the window over all tokens, its input and at
/// most all its answers of the windows over those.
rate::charge asked_charge(const candidate& c);

/// What a call took in the end: `charged` of the window over all tokens, the rest as used. Vendors
/// with a window over input count what their cache of prompts did not have: that is `expected`, and
/// `most` the whole prompt, which is what estimates are judged by.
/// Source: https://platform.claude.com/docs/en/api/rate-limits (2026-10); models older than
/// Claude 4, which counted all of it, are retired.
rate::charge settled_parts(token_count charged, const token_usage& usage);

} // namespace spillway::routing
