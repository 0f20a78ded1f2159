#pragma once

#include "core/chat.hpp"

#include <string_view>

/// Why an answer ends.
/// Source: https://ai.google.dev/api/generate-content#FinishReason (2026-10).
namespace spillway::wire::gemini {

/// A word we do not know is a `stop`.
finish_reason finish_of(std::string_view native);

/// The model got a call or its whole answer wrong.
bool is_fault(std::string_view native);

const char* finish_name(finish_reason finish);

} // namespace spillway::wire::gemini
