#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every hard cap of the product, each with its reason. A queue, a cache or an input without a row
/// here is a bug.
namespace spillway::bounds {

using namespace std::chrono_literals;

// Amounts -----------------------------------------------------------------------------------------

/// Largest context or limit we accept, in tokens: 1e12 is a thousand times the largest vendor limit
/// and keeps tokens x price within int64 (see `price_nano_usd_per_mtok_max`).
inline constexpr std::int64_t token_count_max = 1'000'000'000'000;
/// $10,000 per million tokens: above any published price; a larger one is a unit mistake
/// (dollars per token instead of per million).
inline constexpr std::int64_t price_nano_usd_per_mtok_max = 10'000LL * 1'000'000'000;
/// $1 billion: a budget above this is a unit mistake; sums of it stay far inside int64.
inline constexpr std::int64_t budget_nano_usd_max = 1'000'000'000LL * 1'000'000'000;

/// Accounts of one budget rule in one period (a rule over sessions has one for each): about 20 MiB.
/// Beyond it calls that need a new account are refused, because unbounded is the same as none.
inline constexpr std::size_t budget_accounts_max = 100'000;

/// Sums kept by hour, model and scope value: about 40 MiB. A fleet of 10 models, 20 teams and 100
/// tags keeps ten days at full use; sessions of their own shorten that.
inline constexpr std::size_t cost_log_rows_max = 200'000;
/// Calls that may wait for room in a budget, about 1 KiB each: a budget opens for all at once, and
/// more than the requests that may be in flight never come.
inline constexpr std::size_t budget_queue_max = 4'096;
/// A wait for a budget ends this long before the deadline: no call takes less, so a later start is
/// of no use.
inline constexpr auto call_time_min = 1s;
/// Tokens of the shortest reply worth paying a prompt for: below it a budget that is nearly used up
/// refuses rather than cuts. About 200 words.
inline constexpr std::int64_t output_useful_min = 256;

// Rate limiting -----------------------------------------------------------------------------------

/// Calls that may wait in one limiter. At 500 requests a minute this is an 8-minute queue: beyond
/// it an immediate `overloaded` serves callers better than a wait nobody outlives.
inline constexpr std::size_t limiter_queue_max = 4'096;
/// Entries in one interval log, about 2.4 MiB: a call each, at up to 1,600 calls a second in a
/// minute's window. Beyond it the older ones are counted together.
inline constexpr std::size_t interval_log_entries_max = 100'000;
/// Calls of low priority are diverted when a limit would be exhausted within this at the current
/// rate: about one call's time, so that calls of others in flight still find room.
inline constexpr auto diversion_horizon = 5s;
/// Of the names of what a call left out, in a header: some dozens, where proxies take 8 KiB in all.
inline constexpr std::size_t left_out_bytes_max = 512;
/// A vendor's retry-after above this is taken as this: one hour, after which we ask again.
inline constexpr auto retry_after_max = 1h;
/// Without proof of arrival, a call counts as charged this long after it was sent: enough for
/// 99.99 % of one-way delays with a tail of 0.2 s; tests/sim refuses whatever is too little.
inline constexpr auto arrival_allowance = 1s;

// Requests ----------------------------------------------------------------------------------------

/// Requests in flight or waiting in one runtime. Each costs about 4 KiB besides its payload, so
/// this caps our own overhead near 64 MiB.
inline constexpr std::size_t requests_in_flight_max = 16'384;
/// Candidates tried for one request: more means a misconfigured chain, and time is gone by then.
inline constexpr std::size_t candidates_max = 8;
/// Calls to one candidate: the first and two retries, as the vendors' own SDKs do.
inline constexpr int attempts_per_candidate_max = 3;
/// Scores of a model's answers to one type of task before they steer anything: with fewer, the
/// error of the mean is larger than the difference between models.
inline constexpr std::uint64_t scores_needed = 30;
/// Pairs of model and task type with scores: a hundred task types of every model in a route.
inline constexpr std::size_t scored_pairs_max = 4'096;
/// Steps of one walk (attempts, waits, pauses): several times what candidates and retries come to.
/// Beyond it something answers neither yes nor no, and the walk ends.
inline constexpr int walk_steps_max = 128;
/// Longest deadline a caller may set. Vendors cut a call themselves well before one hour.
inline constexpr auto deadline_max = 1h;
/// Deadline of a request that names none: covers a long reasoning reply.
inline constexpr auto deadline_default = 10min;

/// Parts one long text is asked in: at 100,000 tokens each this reads ten books; more is a batch.
inline constexpr std::size_t chunks_max = 64;
/// Of those, asked at once: a few make it quick, more would crowd other requests out of the
/// windows.
inline constexpr std::size_t chunks_in_flight_max = 4;
/// Answers one request may ask for, as OpenAI allows.
inline constexpr int choices_max = 128;
/// Tool calls of one answer: vendors stop at 128; more is a loop.
inline constexpr std::size_t tool_calls_max = 1'024;
/// Blocks of one answer (texts, thoughts, calls): each call may come with a text and a thought.
inline constexpr std::size_t reply_blocks_max = 3 * tool_calls_max;
/// Texts of one embedding request, as OpenAI allows.
inline constexpr std::size_t embedding_inputs_max = 2'048;
/// Deltas that wait for a slow reader of a streamed reply, in bytes of their text: the same as
/// `http_stream_window_bytes`, after which the upstream is not read on.
inline constexpr std::size_t delta_window_bytes = 256 * 1024;

// Failing targets ---------------------------------------------------------------------------------

/// Failures in a row, with nothing usable between them, that show an outage and no mishap: at a
/// failure rate of 20 % five come together once in 3,000 calls.
inline constexpr int breaker_failures_max = 5;
/// First time without calls; doubled after each probe that fails. Most outages of a vendor's
/// replica are over in seconds.
inline constexpr auto breaker_open_first = 5s;
/// Longest time without a probe: what a caller loses at most once the target is back.
inline constexpr auto breaker_open_most = 60s;
/// A target that does not serve a model will not do so in a minute either.
inline constexpr auto breaker_open_gone = 10min;
/// A probe that has not ended after this holds the others up no longer.
inline constexpr auto breaker_probe_patience = 30s;
/// When to ask again while a probe is out.
inline constexpr auto breaker_probe_look = 1s;
/// Retries are at most this share of the calls to a target, in percent. Source: Google SRE book,
/// "Handling Overload" (a retry budget of 10 %).
inline constexpr std::int64_t retry_share_percent = 10;
/// Retries that may be saved up for worse times.
inline constexpr std::int64_t retries_saved_max = 100;
/// Retries that even a target with little traffic has, and how soon one comes back.
inline constexpr std::int64_t retries_least = 10;
inline constexpr auto retries_least_every = 6s;
/// A key that the vendor does not know is tried again after this: long enough to cost nothing,
/// short enough that a corrected account comes back without a restart.
inline constexpr auto key_refused_for = 1min;
/// An account without money: somebody has to pay first.
inline constexpr auto key_unpaid_for = 1h;
/// Keys of one provider: each has a limiter for each model.
inline constexpr std::size_t keys_per_provider_max = 16;

// HTTP --------------------------------------------------------------------------------------------

/// Head of a request or reply. Vendors' own heads stay below 8 KiB.
inline constexpr std::size_t http_head_bytes_max = 32 * 1024;
/// Request body: prompts with inline images fit; a larger one is refused with 413.
inline constexpr std::size_t http_request_body_bytes_max = 20 * 1024 * 1024;
/// Reply body: embeddings of 2,048 inputs reach about 40 MiB.
inline constexpr std::size_t http_reply_body_bytes_max = 64 * 1024 * 1024;
/// Bytes of a streamed reply that its reader has not taken yet. A reader over the network is 200 ms
/// away at most: 256 KiB let 1 MB/s through, a hundred times what a model writes.
inline constexpr std::size_t http_stream_window_bytes = 256 * 1024;
/// Bytes of a streamed reply that wait for a slow peer. Its producer should have paused at the
/// window; one that does not is cut here.
inline constexpr std::size_t http_stream_queue_bytes_max = 4 * http_stream_window_bytes;
/// One event of a stream: a vendor's largest is one image, 20 MiB in base64.
inline constexpr std::size_t sse_event_bytes_max = 32 * 1024 * 1024;
/// Connections to one upstream. With 60 s calls this serves 256 concurrent calls; more wait in the
/// pool's queue within their own connect timeout.
inline constexpr std::size_t connections_per_endpoint_max = 256;
/// Calls that may wait for a connection to one upstream.
inline constexpr std::size_t connection_queue_max = 4'096;
/// Connections one listener serves at once.
inline constexpr std::size_t listener_connections_max = 10'240;
/// Nesting of any JSON we read: deeper input is an attack on a recursive parser.
inline constexpr int json_depth_max = 64;
/// Schemas read while one JSON Schema is converted, a target once for each reference to it: the
/// largest tool sets have some hundreds, and references can multiply without bound.
inline constexpr std::size_t schema_nodes_max = 10'000;

// Traces ------------------------------------------------------------------------------------------

/// Bytes of the traces that wait for Langfuse where there is no journal to keep them: about an
/// hour of ten calls a second. Beyond it the oldest is counted as dropped and alerted.
inline constexpr std::size_t trace_memory_bytes_max = 64 * 1024 * 1024;
/// MiB of the traces that wait in a journal: a terabyte is a month of a hundred calls a second,
/// with their texts.
inline constexpr std::size_t trace_spool_mib_max = 1024 * 1024;
/// Refused traces that a journal keeps for people to look at; the newest are the telling ones.
inline constexpr std::size_t refused_traces_max = 1'000;
/// Generations in one export. Some proxies cap at 500 events a batch.
inline constexpr std::size_t trace_batch_max = 256;
/// Bytes of one export: many reverse proxies cap a body at 1 MiB.
inline constexpr std::size_t trace_batch_bytes_max = 1'000'000;
/// Characters kept of an input or output text in a trace.
inline constexpr std::size_t trace_text_bytes_max = 64 * 1024;
/// Characters of a vendor's error text that we keep.
inline constexpr std::size_t failure_message_bytes_max = 512;

// Alerts ------------------------------------------------------------------------------------------

/// Models, teams and accounts that alerts watch, each kind on its own: about 6 KiB each. Later ones
/// are not watched on their own; the total over all always is.
inline constexpr std::size_t alert_series_max = 512;
/// Things that may be wrong at once: past this nobody reads them, and the oldest is forgotten.
inline constexpr std::size_t alert_incidents_max = 2'048;
/// Notices waiting for one target: at 20 an hour this is four days without it. Beyond it the oldest
/// is given up, and said so.
inline constexpr std::size_t alert_outbox_max = 2'000;
/// A notice older than this is no news: it is given up, and said so.
inline constexpr auto alert_age_max = 24h;
/// PagerDuty's bound on a deduplication key, the tightest of all targets.
/// Source: https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ (2026-11-24).
inline constexpr std::size_t alert_key_bytes_max = 255;
/// Characters of one notice's text: what fits a phone's screen a few times.
inline constexpr std::size_t alert_text_bytes_max = 1'000;
/// Targets of one configuration: each gets every notice.
inline constexpr std::size_t alert_targets_max = 16;

// Journal -----------------------------------------------------------------------------------------

/// Rows waiting for the disk; beyond it new calls are refused, not queued.
inline constexpr std::size_t journal_queue_max = 65'536;
/// Rows of one commit: enough that a sync costs each of them next to nothing, and a commit that
/// takes about a millisecond.
inline constexpr std::size_t journal_commit_rows_max = 256;
/// How long a row that nobody waits for may wait for company.
inline constexpr auto journal_commit_wait_max = 2ms;
/// A disk that refused is taken for mended when so much fits on it.
inline constexpr std::size_t journal_probe_bytes = 64 * 1024;

// Supervision -------------------------------------------------------------------------------------

/// Restarts of one role within `restart_window` before the runtime gives up and says why.
inline constexpr int restarts_max = 5;
inline constexpr auto restart_window = 60s;
/// How long a stopping runtime waits for calls in flight before it marks them unknown.
inline constexpr auto drain_default = 10s;

// Agents ------------------------------------------------------------------------------------------

/// Steps (model calls) of one agent run unless its own cap is lower.
inline constexpr int agent_steps_max = 64;
/// Bytes one tool result may bring into a conversation.
inline constexpr std::size_t tool_result_bytes_max = 64 * 1024;
/// Largest file a file tool reads.
inline constexpr std::size_t tool_file_bytes_max = 4 * 1024 * 1024;
/// Files and folders one listing or search looks at: a large source tree fits, and no call takes
/// more than about a second. What lies beyond is reported as missing.
inline constexpr std::size_t tool_walk_entries_max = 50'000;
/// Nesting of folders a file tool walks: deeper trees are generated ones.
inline constexpr int tool_walk_depth_max = 32;

// Token counts -----------------------------------------------------------------------------------

/// Texts whose counts are remembered, about 130 bytes each: 8 MiB hold the conversations of some
/// thousand agents.
inline constexpr std::size_t token_memo_texts_max = 65'536;

// Text files --------------------------------------------------------------------------------------

/// Line of a text file that a command reads line by line: the largest request body, twice over as
/// escapes grow it, and far below what memory takes.
inline constexpr std::size_t text_line_bytes_max = 256 * 1024 * 1024;

// Configuration -----------------------------------------------------------------------------------

/// A public list of models: LiteLLM's has 1.6 MB.
inline constexpr std::size_t model_list_bytes_max = 32 * 1024 * 1024;
/// Configuration file: a larger one is not a configuration file.
inline constexpr std::size_t config_file_bytes_max = 4 * 1024 * 1024;

// Callers of the gateway --------------------------------------------------------------------------

/// Virtual keys of one gateway, revoked ones included, about 1 KiB each: one for each person of a
/// large company. All are in memory, so that a request waits for no disk.
inline constexpr std::size_t virtual_keys_max = 10'000;
/// Models, tags and budgets of one key: a longer list is a mistake, or a route.
inline constexpr std::size_t key_items_max = 64;
/// Name of a key, a tag or a target: it stands in tables, metrics and ledgers.
inline constexpr std::size_t key_name_bytes_max = 128;

/// How long a reply is kept for callers who send their request again under the same
/// Idempotency-Key, as OpenAI-like APIs do.
inline constexpr auto kept_reply_age_max = 24h;
/// Replies kept: with the next bound, 6 KiB each.
inline constexpr std::size_t kept_replies_max = 10'000;
/// Bytes of their bodies: replies of embeddings alone may have megabytes.
inline constexpr std::size_t kept_reply_bytes_max = 64 * 1024 * 1024;
/// Requests that can be explained: at about 3 KiB each with its plan, some minutes of a busy
/// gateway. The oldest is forgotten.
inline constexpr std::size_t explained_requests_max = 4'096;

// Answers kept ------------------------------------------------------------------------------------

/// MiB of answers that may be kept for who asks the same again: more than a process has beside it.
inline constexpr std::size_t answers_kept_mib_max = 16 * 1024;
/// How long an answer may be kept: in a month models change under the same name.
inline constexpr auto answers_kept_for_max = 720h;
/// One question and its answer take at most this share of the room: a larger one would push out
/// what many others ask.
inline constexpr std::size_t answer_kept_share = 8;
/// Text of a chat's answer that is kept: it is streamed in one piece, which JSON's escapes make up
/// to six times longer, and which must fit `http_stream_queue_bytes_max`.
inline constexpr std::size_t answer_kept_bytes_max = 128 * 1024;

} // namespace spillway::bounds
