#include "wire/fault_path.hpp"

#include <algorithm>
#include <array>

namespace spillway::wire {
namespace {

/// How the messages go on behind a path; nothing else begins with one word and these.
constexpr std::array<std::string_view, 10> continuations = {
    " must ",  " is missing",  " is not ",  " is no ",   " is one ",
    " has ",   " holds ",      " repeats ", " names ",   " is an unknown "};

bool is_of_path(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
         || std::string_view{"_.-[]"}.find(c) != std::string_view::npos;
}

} // namespace

std::string_view path_in_fault(std::string_view message) noexcept {
  const auto end = std::ranges::find_if_not(message, is_of_path);
  const auto size = static_cast<std::size_t>(end - message.begin());
  const std::string_view rest = message.substr(size);
  const bool goes_on = std::ranges::any_of(
      continuations, [&](std::string_view words) { return rest.starts_with(words); });
  return goes_on ? message.substr(0, size) : std::string_view{};
}

} // namespace spillway::wire
