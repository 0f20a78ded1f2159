#pragma once

#include "simulator/dialect.hpp"
#include "simulator/fault_plan.hpp"
#include "transport/http_server.hpp"

#include <string>

namespace spillway::simulator {

/// What an injected error at `model` is, for a dialect to put into words.
problem problem_of(const fault_rule& fault, const std::string& model);

/// What a client sees of a fault at `model`. `intended` is the reply it would have got: a
/// `truncated_body` keeps half of its body, an error its headers.
transport::http_server_reply make_fault_reply(const fault_rule& fault, const std::string& model,
                                              wire::http_response intended,
                                              const dialect& speaks);

} // namespace spillway::simulator
