#pragma once

#include "simulator/dialect.hpp"

namespace spillway::simulator {

/// Gemini's own paths below /v1beta, and its words. It tells no limits in headers: a refusal names
/// the quota, and a quota per day opens at midnight in California.
///
/// As the vendor does, it refuses names it does not know, gives the first call of an answer a
/// signature and wants it back from models of the third generation on.
/// Sources: https://ai.google.dev/api/generate-content,
/// https://ai.google.dev/gemini-api/docs/thought-signatures (2026-10), recorded bodies, 2024-12 to
/// 2026-08.
class gemini_dialect final : public dialect {
public:
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
  void add_time(wire::http_headers& headers, duration took) const override;
  void add_standings(wire::http_headers&, quota&, instant) const override {}
  std::string_view request_id_header() const override { return {}; }
};

} // namespace spillway::simulator
