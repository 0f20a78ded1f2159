#pragma once

#include "config/schema.hpp"
#include "core/report/run_answer.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "messages/completion.hpp"

#include <string>

namespace spillway::apps {

/// A gateway that runs, here or elsewhere, whose limits, budgets and journal are to hold.
struct gateway_address {
  config::base_url url; ///< its path ends in "/v1"
  std::string ca_file;  ///< whom to trust; empty: the system's authorities
  secret key;           ///< empty: none is sent
};

/// "http://127.0.0.1:8080", with or without "/v1" behind it. Errors: it is no URL.
result<gateway_address> read_gateway_address(const std::string& text);

/// Asks there and waits for the whole answer. Not for actors.
/// Errors: the gateway cannot be reached, or does not take the key.
result<report::run_answer> run_through(const gateway_address& gateway,
                                       const run_completion& request);

} // namespace spillway::apps
