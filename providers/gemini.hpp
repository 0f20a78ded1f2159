#pragma once

#include "core/secret.hpp"
#include "providers/codec.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace spillway::providers {

/// Where Gemini's own API is served, and how a caller proves who it is.
/// Sources: https://ai.google.dev/api,
/// https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference (2026-10).
struct gemini_profile {
  std::string_view dialect;     ///< as the configuration names it
  std::string_view auth_header; ///< never a query parameter: URLs end up in logs
  std::string_view auth_prefix; ///< before the key: "Bearer "
  std::string_view models_path; ///< between the base path and a model's name
  bool embeds;                  ///< Vertex has another API for it
};

/// Absent: no such row.
std::optional<gemini_profile> find_gemini_profile(std::string_view dialect);

/// The rows' names, for messages: "gemini, vertex".
std::string gemini_dialects();

/// Speaks Gemini's own API, with what its OpenAI façade loses: signatures of thoughts, schemas,
/// quotas by name.
class gemini_codec final : public codec {
public:
  struct options {
    gemini_profile row;
    std::string base_path; ///< without a slash at its end: "/v1beta", or of Vertex
                           ///< "/v1/projects/P/locations/L"
    secret key;            ///< empty: no credential is sent
  };

  explicit gemini_codec(options o);

  wire::http_request encode(const upstream_call& call) const override;
  std::vector<std::string> left_out(const upstream_call& call) const override;

  received_reply decode_whole(const wire::http_response& response, wall_time now) const override;

  std::unique_ptr<stream_decoder> decode_stream(const wire::http_headers& head,
                                                wall_time now) const override;

  bool embeds() const override { return options_.row.embeds; }
  /// An input that is tokens has no text to send, and the vendor refuses it.
  wire::http_request encode_embedding(const embedding_call& call) const override;
  std::variant<embedding_reply, call_failure>
  decode_embedding(const wire::http_response& response, wall_time now) const override;

  /// Nothing: Gemini tells its limits only in refusals.
  rate::observed_limits observed_limits(const wire::http_response& response) const override;

private:
  wire::http_request post(std::string_view model, std::string_view method, std::string body) const;

  options options_;
};

} // namespace spillway::providers
