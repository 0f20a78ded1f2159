#include "core/chat.hpp"

namespace spillway {

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

} // namespace spillway
