#pragma once

#include "core/secret.hpp"
#include "providers/codec.hpp"

#include <string>
#include <string_view>

namespace spillway::providers {

/// As the configuration names it.
inline constexpr std::string_view anthropic_dialect = "anthropic";

/// Source: https://platform.claude.com/docs/en/api/versioning (2026-10).
inline constexpr std::string_view anthropic_version = "2023-06-01";

/// People write the vendor's address with the version of its API and without: the path with it.
std::string anthropic_path(const std::string& base_path);

/// Speaks to Anthropic's Messages API, and to every server that has it.
class anthropic_codec final : public codec {
public:
  struct options {
    std::string base_path; ///< before "/messages", without a slash at its end: "/v1"
    secret key;            ///< empty: no credential is sent
    std::string beta{};    ///< features on trial, by commas, as `anthropic-beta` names them
  };

  explicit anthropic_codec(options o);

  wire::http_request encode(const upstream_call& call) const override;
  std::vector<std::string> left_out(const upstream_call& call) const override;

  /// A success that ends in a refusal is an answer: it was generated and is billed.
  received_reply decode_whole(const wire::http_response& response, wall_time now) const override;

  /// The answer is whole once `message_stop` has come; what is told before that of its usage is the
  /// least it can be.
  std::unique_ptr<stream_decoder> decode_stream(const wire::http_headers& head,
                                                wall_time now) const override;

  bool embeds() const override { return false; }
  wire::http_request encode_embedding(const embedding_call& call) const override;
  std::variant<embedding_reply, call_failure>
  decode_embedding(const wire::http_response& response, wall_time now) const override;

  rate::observed_limits observed_limits(const wire::http_response& response) const override;

private:
  options options_;
};

} // namespace spillway::providers
