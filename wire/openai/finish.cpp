#include "wire/openai/finish.hpp"

namespace spillway::wire::openai {

finish_reason finish_of(std::string_view native, bool calls_tools) {
  if (native == "length")
    return finish_reason::length;
  if (native == "content_filter")
    return finish_reason::content_filter;
  return calls_tools ? finish_reason::tool_calls : finish_reason::stop;
}

} // namespace spillway::wire::openai
