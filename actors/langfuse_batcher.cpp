#include "actors/langfuse_batcher.hpp"

#include "core/bounds.hpp"

#include <algorithm>
#include <utility>

namespace spillway::actors {
namespace {

using report::export_failure;

/// An answer that took longer is as good as none: the same bytes are sent again.
constexpr transport::http_timeouts export_timeouts{
    std::chrono::seconds{5}, std::chrono::seconds{30}, std::chrono::seconds{30},
    std::chrono::seconds{30}};

constexpr const char* subject = "langfuse";
/// A spool that cannot be read is asked again this often.
constexpr duration spool_pause = std::chrono::seconds{1};

std::string describe(const transport::http_exchange& exchange) {
  if (const auto* failure = std::get_if<transport::http_failure>(&exchange.outcome))
    return failure->message;
  return "Langfuse answered "
         + std::to_string(std::get<wire::http_response>(exchange.outcome).status);
}

int status_of(const transport::http_exchange& exchange) {
  const auto* response = std::get_if<wire::http_response>(&exchange.outcome);
  return response == nullptr ? 0 : response->status;
}

/// Some proxies and collectors acknowledge with another 2xx than Langfuse's 200. A 207 is none: it
/// is how a server says that it takes no traces this way.
bool is_acknowledged(int status) {
  return status >= 200 && status < 207;
}

export_failure failure_of(int status) {
  switch (status) {
    case 413: return export_failure::too_large;
    case 400:
    case 422: return export_failure::malformed;
    case 207:
    case 401:
    case 403:
    case 404:
    case 405: return export_failure::no_access;
    default: return export_failure::retry;
  }
}

/// Whole seconds, as Langfuse sends them.
std::optional<duration> retry_after_of(const transport::http_exchange& exchange) {
  const auto* response = std::get_if<wire::http_response>(&exchange.outcome);
  if (response == nullptr)
    return std::nullopt;
  const std::string_view text = response->headers.find("Retry-After");
  if (text.empty() || text.size() > 4
      || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  return std::chrono::seconds{std::stoi(std::string{text})};
}

} // namespace

void langfuse_batcher_state::start(langfuse_batcher_self::pointer self,
                                   langfuse_batcher_options options) {
  self_ = self;
  options_ = std::move(options);
  queue_ = report::trace_queue{options_.queue};
  if (is_on())
    self_->send(options_.spool, watch_traces{self_});
}

void langfuse_batcher_state::on_record_generation(const record_generation& m) {
  if (is_on())
    self_->send(options_.spool, m);
}

void langfuse_batcher_state::on_traces_waiting(const traces_waiting& m) {
  queue_.note_waiting(m.count, self_->clock().now());
  export_if_due();
}

void langfuse_batcher_state::on_wake_due() {
  armed_at_ = mono_time::max();
  answer_late_flushes();
  export_if_due();
}

// -- exports --------------------------------------------------------------------------------------

void langfuse_batcher_state::export_if_due() {
  if (queue_.due().value_or(mono_time::max()) <= self_->clock().now())
    // Unbounded in time: only a dead spool does not answer, and that ends the runtime.
    self_
        ->request(options_.spool, caf::infinite,
                  load_traces{queue_.begin(), bounds::trace_batch_bytes_max})
        .then([this](const traces_reply& m) { send(m); },
              [this](const caf::error&) { queue_.find_empty(); });
  arm();
}

void langfuse_batcher_state::send(const traces_reply& loaded) {
  last_status_ = loaded.status;
  if (!loaded.traces) {
    tell_failure(export_failure::retry, loaded.reason);
    queue_.fail(export_failure::retry, 0, spool_pause, self_->clock().now());
    return arm();
  }
  if (loaded.traces->empty()) {
    queue_.find_empty();
    return answer_flushes(loaded.status);
  }
  out_ = loaded.traces;
  std::vector<std::string_view> bytes;
  for (const report::kept_trace& trace : *out_)
    bytes.emplace_back(trace.bytes);
  begin_exchange(self_, *options_.http, ++exports_, options_.endpoint,
                 {"POST", options_.target, options_.headers, options_.join(bytes)},
                 export_timeouts);
}

void langfuse_batcher_state::on_exchange_finished(const exchange_finished& m) {
  judge(m.exchange);
  export_if_due();
}

void langfuse_batcher_state::judge(const transport::http_exchange& exchange) {
  const int status = status_of(exchange);
  const mono_time now = self_->clock().now();
  if (is_acknowledged(status)) {
    end_all_out();
    return queue_.acknowledge(std::exchange(out_, nullptr)->size(), now);
  }
  const export_failure why = failure_of(status);
  const std::string text = describe(exchange);
  tell_failure(why, text);
  if (queue_.fail(why, out_->size(), retry_after_of(exchange), now))
    end_the_one(why, text);
  out_ = nullptr;
}

void langfuse_batcher_state::end_all_out() {
  if (const std::string told = std::exchange(failing_, {}); !told.empty())
    self_->send(options_.alerts, end_alert{told, subject});
  end_traces ended;
  for (const report::kept_trace& trace : *out_)
    ended.ended.push_back({trace.number, report::trace_ending::delivered, {}});
  self_->send(options_.spool, std::move(ended));
}

void langfuse_batcher_state::end_the_one(export_failure why, const std::string& reason) {
  const report::kept_trace& trace = out_->front();
  if (why == export_failure::too_large) {
    if (auto shorter = options_.shorten(trace.bytes)) {
      self_->send(options_.spool, replace_trace{{trace.number, std::move(*shorter)}});
      return;
    }
  }
  warn(alert_severity::warning, "trace_refused",
       reason + "; one trace was put aside, see `spillway ledger traces`");
  self_->send(options_.spool, end_traces{{{trace.number, report::trace_ending::refused, reason}}});
}

// -- what people hear -----------------------------------------------------------------------------

void langfuse_batcher_state::tell_failure(export_failure why, const std::string& text) {
  const bool no_access = why == export_failure::no_access;
  if (!no_access && why != export_failure::retry)
    return;
  const std::string rule = no_access ? "traces_refused" : "traces_delayed";
  if (std::exchange(failing_, rule) == rule)
    return;
  if (no_access)
    warn(alert_severity::critical, rule,
         text
             + "; traces are kept. Check Langfuse's address and keys, and that its server takes "
               "traces by OpenTelemetry");
  else
    warn(alert_severity::warning, rule, text + "; traces are kept");
}

void langfuse_batcher_state::warn(alert_severity severity, const std::string& rule,
                                  const std::string& text) {
  self_->send(options_.alerts, raise_alert{severity, rule, subject, text});
}

caf::result<trace_status> langfuse_batcher_state::on_get_trace_status() {
  if (!is_on())
    return trace_status{};
  return self_->delegate(options_.spool, get_trace_status{});
}

// -- flushes --------------------------------------------------------------------------------------

caf::result<trace_status> langfuse_batcher_state::on_flush_traces(const flush_traces& m) {
  if (!is_on())
    return trace_status{};
  queue_.hurry();
  const mono_time now = self_->clock().now();
  flushes_.push_back({self_->make_response_promise<trace_status>(),
                      m.patience > mono_time::max() - now ? mono_time::max() : now + m.patience});
  auto promise = flushes_.back().promise;
  export_if_due();
  return promise;
}

void langfuse_batcher_state::answer_flushes(const trace_status& now) {
  for (flush& f : flushes_)
    f.promise.deliver(now);
  flushes_.clear();
}

/// Patience is over: with what was reached.
void langfuse_batcher_state::answer_late_flushes() {
  const mono_time now = self_->clock().now();
  std::erase_if(flushes_, [&](flush& f) {
    if (f.until > now)
      return false;
    f.promise.delegate(options_.spool, get_trace_status{});
    return true;
  });
}

void langfuse_batcher_state::arm() {
  auto due = queue_.due();
  for (const flush& f : flushes_)
    due = due ? std::min(*due, f.until) : f.until;
  if (!due || *due >= armed_at_)
    return;
  const mono_time now = self_->clock().now();
  armed_at_ = std::max(*due, now);
  self_->delayed_send(self_, armed_at_ - now, wake_due{});
}

void langfuse_batcher_state::on_stop() {
  answer_flushes(last_status_);
}

langfuse_batcher_self::behavior_type
langfuse_batcher(langfuse_batcher_self::stateful_pointer<langfuse_batcher_state> self,
                 langfuse_batcher_options options) {
  self->state.start(self, std::move(options));
  self->set_exit_handler([self](caf::exit_msg& m) {
    self->state.on_stop();
    self->quit(std::move(m.reason));
  });
  return {
      [self](const record_generation& m) { self->state.on_record_generation(m); },
      [self](const flush_traces& m) { return self->state.on_flush_traces(m); },
      [self](get_trace_status) { return self->state.on_get_trace_status(); },
      [self](const exchange_finished& m) { self->state.on_exchange_finished(m); },
      [self](const traces_waiting& m) { self->state.on_traces_waiting(m); },
      [self](wake_due) { self->state.on_wake_due(); },
  };
}

} // namespace spillway::actors
