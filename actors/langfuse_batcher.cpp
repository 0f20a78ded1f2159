#include "actors/langfuse_batcher.hpp"

#include "core/bounds.hpp"

#include <algorithm>
#include <utility>

namespace spillway::actors {
namespace {

/// An answer that took longer is as good as none: the same bytes are sent again.
constexpr transport::http_timeouts export_timeouts{
    std::chrono::seconds{5}, std::chrono::seconds{30}, std::chrono::seconds{30},
    std::chrono::seconds{30}};

constexpr const char* rule_delayed = "traces_delayed";
constexpr const char* subject = "langfuse";

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
}

void langfuse_batcher_state::on_record_generation(const record_generation& m) {
  if (!options_.http)
    return;
  if (!queue_.push(m.record, self_->clock().now()))
    warn(alert_severity::critical, "traces_lost",
         "the queue is full; the oldest trace was dropped");
  export_if_due();
}

void langfuse_batcher_state::on_wake_due() {
  armed_at_ = mono_time::max();
  export_if_due();
  answer_flushes();
}

void langfuse_batcher_state::export_if_due() {
  const mono_time now = self_->clock().now();
  while (queue_.due().value_or(mono_time::max()) <= now) {
    const auto batch = queue_.take_batch();
    std::string body = options_.encode(batch);
    if (body.size() > bounds::trace_batch_bytes_max && batch.size() > 1) {
      queue_.fail(report::export_failure::too_large, {}, now);
      continue;
    }
    begin_exchange(self_, *options_.http, ++exports_, options_.endpoint,
                   {"POST", options_.target, options_.headers, std::move(body)}, export_timeouts);
  }
  arm();
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

void langfuse_batcher_state::on_exchange_finished(const exchange_finished& m) {
  judge(m.exchange);
  export_if_due();
  answer_flushes();
}

void langfuse_batcher_state::judge(const transport::http_exchange& exchange) {
  const mono_time now = self_->clock().now();
  const int status = status_of(exchange);
  if (status == 200) {
    if (std::exchange(failing_, false))
      self_->send(options_.alerts, end_alert{rule_delayed, subject});
    return queue_.acknowledge(now);
  }
  const std::size_t dead_before = queue_.dead();
  const auto why = status == 413   ? report::export_failure::too_large
                   : status == 400 ? report::export_failure::malformed
                                   : report::export_failure::retry;
  queue_.fail(why, retry_after_of(exchange), now);
  if (queue_.dead() > dead_before)
    warn(alert_severity::warning, "trace_refused", describe(exchange) + "; one trace was dropped");
  if (!failing_ && why == report::export_failure::retry)
    warn(alert_severity::warning, rule_delayed, describe(exchange) + "; traces are kept");
  failing_ = true;
}

void langfuse_batcher_state::warn(alert_severity severity, const std::string& rule,
                                  const std::string& text) {
  self_->send(options_.alerts, raise_alert{severity, rule, subject, text});
}

caf::result<trace_status> langfuse_batcher_state::on_flush_traces(const flush_traces& m) {
  if (queue_.pending() == 0)
    return on_get_trace_status();
  queue_.hurry();
  const mono_time now = self_->clock().now();
  flushes_.push_back({self_->make_response_promise<trace_status>(),
                      m.patience > mono_time::max() - now ? mono_time::max() : now + m.patience});
  auto promise = flushes_.back().promise;
  export_if_due();
  return promise;
}

void langfuse_batcher_state::answer_flushes() {
  const mono_time now = self_->clock().now();
  std::erase_if(flushes_, [&](flush& f) {
    if (queue_.pending() > 0 && f.until > now)
      return false;
    f.promise.deliver(on_get_trace_status());
    return true;
  });
}

trace_status langfuse_batcher_state::on_get_trace_status() const {
  return {queue_.pending(), queue_.delivered(), queue_.dead()};
}

void langfuse_batcher_state::on_stop() {
  for (flush& f : flushes_)
    f.promise.deliver(on_get_trace_status());
  flushes_.clear();
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
      [self](wake_due) { self->state.on_wake_due(); },
  };
}

} // namespace spillway::actors
