#pragma once

#include "simulator/dialect.hpp"

namespace spillway::simulator {

/// Anthropic's Messages API below /v1: its words, its rules (`anthropic_rules`) and its headers.
/// A model's token window is that of its input.
/// Source: https://platform.claude.com/docs/en/api/errors, .../rate-limits (2026-10) and recorded
/// replies, 2025-06 to 2026-08.
class anthropic_dialect final : public dialect {
public:
  /// `organization` stands in refusals.
  explicit anthropic_dialect(std::string organization);

  bool caches_by_marks() const override { return true; }
  std::optional<endpoint> serves(std::string_view path) const override;
  bool is_authorized(const wire::http_headers& headers) const override;
  result<chat_call> read_chat(const wire::http_request& request) const override;
  result<embedding_call> read_embedding(const wire::http_request& request) const override;
  wire::http_response refuse(const problem& p) const override;
  wire::http_response answer(const chat_reply& said, const chat_call& call,
                             wall_time now) const override;
  std::vector<std::string> events(const chat_reply& said, const chat_call& call,
                                  wall_time now) const override;
  std::string error_event(const problem& p) const override;
  wire::http_response count(token_count total) const override;
  wire::http_response embedded(const embedding_reply& reply,
                               const embedding_call& call) const override;
  wire::http_response models(const std::vector<offered_model>& offered) const override;
  void add_time(wire::http_headers&, duration) const override {}
  void add_standings(wire::http_headers& headers, quota& limits, instant now) const override;
  std::string_view request_id_header() const override { return "request-id"; }

private:
  std::string organization_;
};

} // namespace spillway::simulator
