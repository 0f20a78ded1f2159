#pragma once

#include "core/secret.hpp"
#include "providers/codec.hpp"
#include "providers/profile.hpp"

#include <string>

namespace spillway::providers {

/// Speaks to OpenAI and to every server with its chat completions and embeddings.
class openai_codec final : public codec {
public:
  struct options {
    profile row;
    std::string base_path; ///< before "/chat/completions", without a slash at its end: "/v1"
    secret key;            ///< empty: no credential is sent
  };

  explicit openai_codec(options o);

  wire::http_request encode(const upstream_call& call) const override;
  std::vector<std::string> left_out(const upstream_call& call) const override;

  /// A success whose finish is `content_filter` is an answer: it was generated and is billed.
  received_reply decode_whole(const wire::http_response& response, wall_time now) const override;

  std::unique_ptr<stream_decoder> decode_stream(const wire::http_headers& head,
                                                wall_time now) const override;

  bool embeds() const override { return true; }
  wire::http_request encode_embedding(const embedding_call& call) const override;
  std::variant<embedding_reply, call_failure>
  decode_embedding(const wire::http_response& response, wall_time now) const override;

  rate::observed_limits observed_limits(const wire::http_response& response) const override;

private:
  model_rule rule_of(const upstream_call& call) const;
  wire::http_request post(std::string_view path, std::string body) const;

  options options_;
};

} // namespace spillway::providers
