#include "wire/openai/finish.hpp"

#include "wire/gemini/finish.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace spillway::wire::openai {
namespace {

bool is_among(std::span<const std::string_view> names, std::string_view native) {
  return std::ranges::find(names, native) != names.end();
}

/// "content_filter: SAFETY" -> "SAFETY"
std::string_view googles_word(std::string_view native) {
  return native.substr(native.rfind(' ') + 1);
}

} // namespace

finish_reason finish_of(std::string_view native, bool calls_tools) {
  constexpr std::array<std::string_view, 3> too_long = {"length", "model_length", "max_tokens"};
  if (is_among(too_long, native))
    return finish_reason::length;
  if (native.starts_with("content_filter") || native == "sensitive")
    return finish_reason::content_filter;
  if (const auto googles = gemini::finish_of(googles_word(native)); googles != finish_reason::stop)
    return googles;
  return calls_tools ? finish_reason::tool_calls : finish_reason::stop;
}

bool is_broken_off(std::string_view native) {
  constexpr std::array<std::string_view, 4> words = {"error", "abort", "network_error",
                                                     "insufficient_system_resource"};
  return is_among(words, native);
}

bool is_unusable(std::string_view native) {
  return gemini::is_fault(googles_word(native));
}

} // namespace spillway::wire::openai
