#include "core/chat.hpp"

#include <array>

namespace spillway {
namespace {

constexpr std::array<const char*, 7> effort_names = {"none", "minimal", "low", "medium",
                                                     "high", "xhigh",   "max"};

} // namespace

std::string plain_text(const chat_message& message) {
  if (message.parts.empty())
    return message.text;
  std::string joined;
  for (const content_part& part : message.parts)
    if (part.what == content_part::kind::text)
      joined += (joined.empty() ? "" : "\n") + part.text;
  return joined;
}

const char* to_string(chat_role role) noexcept {
  switch (role) {
    case chat_role::system: return "system";
    case chat_role::developer: return "developer";
    case chat_role::user: return "user";
    case chat_role::assistant: return "assistant";
    case chat_role::tool: return "tool";
  }
  return "?";
}

const char* to_string(finish_reason reason) noexcept {
  switch (reason) {
    case finish_reason::stop: return "stop";
    case finish_reason::length: return "length";
    case finish_reason::tool_calls: return "tool_calls";
    case finish_reason::content_filter: return "content_filter";
  }
  return "?";
}

const char* to_string(service_tier tier) noexcept {
  switch (tier) {
    case service_tier::standard: return "standard";
    case service_tier::batch: return "batch";
    case service_tier::flex: return "flex";
    case service_tier::priority: return "priority";
  }
  return "?";
}

const char* to_string(reasoning_effort effort) noexcept {
  return effort_names[static_cast<std::size_t>(effort)];
}

std::optional<reasoning_effort> parse_reasoning_effort(std::string_view name) noexcept {
  for (std::size_t i = 0; i < effort_names.size(); ++i)
    if (name == effort_names[i])
      return static_cast<reasoning_effort>(i);
  return std::nullopt;
}

} // namespace spillway
