#include "simulator/vendor_ids.hpp"

#include <string_view>

namespace spillway::simulator {
namespace {

constexpr std::string_view letters_and_digits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

std::string draw(std::string prefix, std::size_t length, std::string_view alphabet,
                 chance& source) {
  for (std::size_t i = 0; i < length; ++i)
    prefix += alphabet[source.next_below(alphabet.size())];
  return prefix;
}

} // namespace

std::string make_completion_id(chance& source) {
  return draw("chatcmpl-", 29, letters_and_digits, source);
}

std::string make_tool_call_id(chance& source) {
  return draw("call_", 24, letters_and_digits, source);
}

std::string make_request_id(chance& source) {
  return draw("req_", 32, "0123456789abcdef", source);
}

} // namespace spillway::simulator
