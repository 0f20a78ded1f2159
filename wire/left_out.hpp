#pragma once

#include "core/chat.hpp"
#include "wire/foreign_rule.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spillway::wire {

/// What one model's dialect has words for. What is false, or above its most, is left out of a call.
struct vocabulary {
  std::string_view dialect{}; ///< whose unmodelled fields and parts go along
  bool seed = true;
  bool stop = true;
  bool several = true;      ///< more than one answer
  bool sampling = true;     ///< temperature, top_p
  bool top_k = true;
  bool penalties = true;
  bool logprobs = true;
  bool effort = true;       ///< how long to think
  bool single_calls = true; ///< at most one call of a tool in a turn
  bool names = true;        ///< of speakers
  bool flex = true;         ///< service tiers
  bool priority = true;
  double temperature_max = 2.0; ///< what is above is taken for it
  foreign_rule foreign{};       ///< of unmodelled fields of its own dialect
};

/// What a caller asked for that `can` cannot say, by the names of OpenAI's chat completions, and
/// unmodelled fields by their own, where they stood: {"seed", "messages.note"}. Of those there are
/// no more than `bounds::left_out_bytes_max`, and then one. `messages.content` stands for parts of
/// another dialect.
std::vector<std::string> left_out(const chat_request& request, const vocabulary& can);

} // namespace spillway::wire
