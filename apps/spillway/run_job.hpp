#pragma once

#include "core/report/run_answer.hpp"
#include "core/result.hpp"
#include "messages/agent.hpp"
#include "messages/completion.hpp"
#include "runtime/runtime.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace spillway::apps {

/// Takes the text of an answer as it comes; false: nobody reads it any more. May block.
using text_taker = std::function<bool(std::string_view)>;

/// Asks once and waits for the end. `take` gets the text as it comes; empty: it is wanted whole.
/// An interrupt (SIGINT, SIGTERM) and a `take` that says so cancel the request. Not for actors.
report::run_answer run_request(runtime::runtime& rt, run_completion request,
                               const text_taker& take);

/// A model at work in a folder with read-only tools.
struct folder_job {
  std::string folder;
  run_agent job;
};

/// Lets it work until it has an answer. An interrupt stops it. Not for actors. What it took is
/// known when the runtime has stopped: see `add_totals`.
/// Errors: the folder cannot be opened.
result<report::run_answer> run_in_folder(runtime::runtime& rt, folder_job work);

/// Adds what all calls of a run came to, those that were cut included.
void add_totals(report::run_answer& answer, const report::usage_report& usage);

} // namespace spillway::apps
