#include "bench/gateway/net.hpp"

#include <charconv>

namespace bench::gateway {
namespace {

bool same_name(std::string_view a, std::string_view lower_case) {
  if (a.size() < lower_case.size())
    return false;
  for (std::size_t i = 0; i < lower_case.size(); ++i)
    if ((a[i] | 0x20) != (lower_case[i] | 0x20))
      return false;
  return true;
}

} // namespace

std::optional<message_head> read_head(std::string_view text) {
  constexpr std::string_view length_field = "content-length: ";
  constexpr std::string_view coding_field = "transfer-encoding: chunked";
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos)
    return std::nullopt;
  message_head head{end + 4, 0};
  for (std::size_t at = text.find("\r\n"); at < end; at = text.find("\r\n", at + 2)) {
    const std::string_view line = text.substr(at + 2, end - at - 2);
    std::size_t length = 0;
    if (same_name(line, coding_field)) {
      head.body_length.reset();
    } else if (same_name(line, length_field)) {
      std::from_chars(line.data() + length_field.size(), line.data() + line.size(), length);
      head.body_length = length;
    }
  }
  return head;
}

} // namespace bench::gateway
