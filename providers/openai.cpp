#include "providers/openai.hpp"

#include "providers/failure.hpp"
#include "wire/openai/chat_reply.hpp"
#include "wire/openai/chat_request.hpp"
#include "wire/openai/error_body.hpp"
#include "wire/rate_headers.hpp"

#include <utility>

namespace spillway::providers {

openai_codec::openai_codec(options o) : options_{std::move(o)} {
}

wire::http_request openai_codec::encode(const upstream_call& call) const {
  wire::http_request request;
  request.method = "POST";
  request.target = options_.base_path + "/chat/completions";
  request.headers.add("Content-Type", "application/json");
  request.headers.add("Accept", "application/json");
  request.headers.add("User-Agent", "spillway");
  if (!options_.key.empty())
    request.headers.add(std::string{options_.row.auth_header},
                        std::string{options_.row.auth_prefix} + options_.key.reveal());
  request.body = wire::openai::encode_chat_request(call.request, call.model, call.output_max,
                                                   options_.row.options);
  return request;
}

std::variant<chat_reply, call_failure> openai_codec::decode(const wire::http_response& response,
                                                            wall_time now) const {
  if (response.status != 200)
    return failure_of(response, now, options_.key);
  auto reply = wire::openai::decode_chat_reply(response.body);
  if (!reply)
    return wire::openai::carries_error(response.body)
               ? failure_of(response, now, options_.key)
               : malformed_reply(response.status, reply.failure().message);
  if (const auto id = response.headers.find("x-request-id"); !id.empty())
    reply->provider_request_id = id;
  return std::move(reply).value();
}

rate::observed_limits openai_codec::observed_limits(const wire::http_response& response) const {
  return wire::decode_rate_headers(response.headers);
}

} // namespace spillway::providers
