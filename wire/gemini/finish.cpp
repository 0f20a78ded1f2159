#include "wire/gemini/finish.hpp"

#include <algorithm>
#include <array>

namespace spillway::wire::gemini {
namespace {

constexpr std::array<std::string_view, 10> filters = {"SAFETY",
                                                      "RECITATION",
                                                      "LANGUAGE",
                                                      "BLOCKLIST",
                                                      "PROHIBITED_CONTENT",
                                                      "SPII",
                                                      "IMAGE_SAFETY",
                                                      "IMAGE_PROHIBITED_CONTENT",
                                                      "IMAGE_RECITATION",
                                                      "IMAGE_OTHER"};

constexpr std::array<std::string_view, 5> faults = {
    "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS",
    "MISSING_THOUGHT_SIGNATURE", "MALFORMED_RESPONSE"};

} // namespace

finish_reason finish_of(std::string_view native) {
  if (native == "MAX_TOKENS")
    return finish_reason::length;
  return std::ranges::find(filters, native) == filters.end() ? finish_reason::stop
                                                             : finish_reason::content_filter;
}

bool is_fault(std::string_view native) {
  return std::ranges::find(faults, native) != faults.end();
}

const char* finish_name(finish_reason finish) {
  switch (finish) {
    case finish_reason::length: return "MAX_TOKENS";
    case finish_reason::content_filter: return "SAFETY";
    case finish_reason::stop:
    case finish_reason::tool_calls: break;
  }
  return "STOP";
}

} // namespace spillway::wire::gemini
