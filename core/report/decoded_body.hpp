#pragma once

#include "core/chat.hpp"
#include "core/failure.hpp"
#include "core/units.hpp"

#include <optional>
#include <string>

namespace spillway::report {

/// What a codec made of one provider's body, for people who debug a provider.
struct decoded_body {
  chat_reply reply; ///< all that came, also before a failure
  std::optional<call_failure> failure;
  std::optional<nano_usd> cost; ///< absent: no usage, or a model without a known price
};

/// Why the reply ended; absent if it failed before the vendor said.
std::optional<finish_reason> finish_told(const decoded_body& body);

/// All that the model showed of its thoughts, what it encrypted left out.
std::string shown_reasoning(const chat_message& message);

/// What a refusal holds for: a limit by its name, "account" if money or a quota is gone; empty: not
/// said.
std::string limit_scope(const call_failure& failure);

} // namespace spillway::report
