#include "gateway/json_reply.hpp"

#include <utility>

namespace spillway::gateway {

wire::http_response json_reply(int status, std::string body) {
  wire::http_response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

} // namespace spillway::gateway
