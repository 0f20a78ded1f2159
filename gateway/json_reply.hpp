#pragma once

#include "wire/http_message.hpp"

#include <string>

namespace spillway::gateway {

/// A reply whose body is a JSON document.
wire::http_response json_reply(int status, std::string body);

} // namespace spillway::gateway
