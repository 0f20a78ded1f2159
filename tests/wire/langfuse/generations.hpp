#pragma once

#include "wire/langfuse/otlp.hpp"

#include <memory>
#include <vector>

namespace spillway::wire::langfuse::testing {

/// 2026-08-21T00:00:00Z
inline constexpr wall_time midnight = wall_time_from_unix_nanos(1'787'270'400'000'000'000);

/// A call that was answered: 1,000 tokens in, of which 100 cached; 250 out, of which 50 reasoning.
inline report::generation answered() {
  report::generation g;
  g.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  g.span_id = "00f067aa0ba902b7";
  g.parent_span_id = "00f067aa0ba902b6";
  g.request = {7};
  g.lease = {8};
  g.attempt = 2;
  g.model = {"gpt-4o"};
  g.model_reported = "gpt-4o-2024-08-06";
  g.provider = {"openai"};
  g.started_at = midnight;
  g.first_byte_at = midnight + std::chrono::milliseconds{300};
  g.ended_at = midnight + std::chrono::milliseconds{1250};
  chat_request request;
  request.messages.push_back({chat_role::user, "hi", {}, {}, {}});
  request.temperature = 0.5;
  g.input = std::make_shared<const chat_request>(request);
  chat_reply reply;
  reply.message = {chat_role::assistant, "hello", {}, {}, {}};
  reply.finish_native = "stop";
  g.output = std::make_shared<const chat_reply>(reply);
  g.usage = {token_count{1000}, token_count{100}, token_count{},
             token_count{250},  token_count{50},  false};
  g.cost = {nano_usd{2'250'000}, nano_usd{125'000}, nano_usd{}, nano_usd{2'500'000},
            nano_usd{4'875'000}};
  g.fallback_from = {"o3"};
  g.waited = std::chrono::milliseconds{40};
  g.trace_name = "chat";
  g.user = "u1";
  g.session = "s1";
  g.tags = {"blue", "green"};
  g.metadata = {{"team", "search"}};
  return g;
}

inline report::generation failed() {
  report::generation g = answered();
  g.span_id = "00f067aa0ba902b8";
  g.output.reset();
  g.usage = {};
  g.cost = {};
  g.first_byte_at = {};
  g.failure = call_failure{failure_kind::rate_limited, 429, "slow down", {}};
  return g;
}

inline std::string exported(const std::vector<report::generation>& generations,
                            const trace_resource& resource = {}) {
  std::vector<std::string> traces;
  for (const report::generation& g : generations)
    traces.push_back(encode_trace(g, resource));
  return join_traces({traces.begin(), traces.end()});
}

} // namespace spillway::wire::langfuse::testing
