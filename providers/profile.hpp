#pragma once

#include "core/result.hpp"
#include "wire/openai/chat_request.hpp"

#include <string_view>

namespace spillway::providers {

/// How one family of OpenAI-like servers differs from the others. A new one is a new row.
struct profile {
  std::string_view dialect; ///< as the configuration names it
  std::string_view auth_header;
  std::string_view auth_prefix; ///< before the key: "Bearer "
  wire::openai::request_options options;
};

/// The row of `dialect`. Errors: no such dialect; the message names the known ones.
result<profile> find_profile(std::string_view dialect);

} // namespace spillway::providers
