#include "config/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace spillway::config {

namespace {

struct unit {
  std::string_view name;
  duration length;
};

using namespace std::chrono_literals;

constexpr std::array<unit, 5> units{{{"d", 24h}, {"h", 1h}, {"m", 1min}, {"s", 1s}, {"ms", 1ms}}};

constexpr std::string_view duration_shape = "is not a duration; allowed: a whole number and a "
                                            "unit, as in \"250ms\", \"2s\", \"10m\", \"1h\"";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

error bad_url(std::string_view why) {
  return {"is not a base URL: " + std::string{why}
          + "; allowed: \"https://host[:port][/path]\" or \"http://...\""};
}

/// Cuts `prefix` off `text` if it is there.
bool take(std::string_view& text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix)
    return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool is_host(std::string_view host, bool bracketed) {
  if (host.empty() || host.size() > 253)
    return false;
  return std::all_of(host.begin(), host.end(), [bracketed](char c) {
    return is_digit(c) || is_letter(c) || c == '.' || (bracketed ? c == ':' : c == '-' || c == '_');
  });
}

bool is_path(std::string_view path) {
  return std::all_of(path.begin(), path.end(), [](char c) {
    return is_digit(c) || is_letter(c)
           || std::string_view{"/-._~!$&'()*+,;=:@%"}.find(c) != std::string_view::npos;
  });
}

/// Cuts the host off `text` and leaves the port and the path. Empty if a bracket stays open.
std::string_view take_host(std::string_view& text, bool bracketed) {
  const std::size_t end = text.find_first_of(bracketed ? "]" : ":/");
  if (bracketed && end == std::string_view::npos)
    return {};
  const std::string_view host = text.substr(0, end);
  text.remove_prefix(std::min(host.size() + (bracketed ? 1 : 0), text.size()));
  return host;
}

bool take_port(std::string_view& text, std::uint16_t& port) {
  const std::size_t end = std::min(text.find('/'), text.size());
  const std::string_view digits = text.substr(0, end);
  const auto [stop, failed] = std::from_chars(digits.begin(), digits.end(), port);
  text.remove_prefix(end);
  return failed == std::errc{} && stop == digits.end() && port > 0;
}

} // namespace

result<duration> read_duration(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  std::int64_t count = 0;
  const auto [stop, failed] = std::from_chars(text.begin(), text.begin() + digits, count);
  const auto it = std::find_if(units.begin(), units.end(),
                               [&](const unit& u) { return u.name == text.substr(digits); });
  if (digits == 0 || failed != std::errc{} || it == units.end()
      || count > duration::max() / it->length)
    return error{std::string{duration_shape}};
  return count * it->length;
}

std::string write_duration(duration d) {
  for (const unit& u : units)
    if (d >= u.length && d % u.length == duration::zero())
      return std::to_string(d / u.length) + std::string{u.name};
  return "0s";
}

result<base_url> read_base_url(std::string_view text) {
  base_url out;
  if (take(text, "http://"))
    out = {false, "", 80, ""};
  else if (!take(text, "https://"))
    return bad_url("it begins with neither https:// nor http://");
  if (text.find('@') < text.find('/'))
    return bad_url("it holds a user name or a password");
  if (text.find_first_of("?#") != std::string_view::npos)
    return bad_url("it has a query or a fragment");
  const bool bracketed = take(text, "[");
  const std::string_view host = take_host(text, bracketed);
  if (!is_host(host, bracketed))
    return bad_url("its host is empty or has a character that no host has");
  if (take(text, ":") && !take_port(text, out.port))
    return bad_url("its port is not a number from 1 to 65535");
  if (!is_path(text) || (!text.empty() && text.front() != '/'))
    return bad_url("its path has a character that must be percent-encoded");
  while (!text.empty() && text.back() == '/')
    text.remove_suffix(1);
  out.path = text;
  for (const char c : host)
    out.host += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

result<base_url> read_target_url(std::string_view text) {
  const std::size_t query_at = std::min(text.find('?'), text.size());
  const std::string_view whole = text.substr(0, query_at);
  const std::string_view query = text.substr(query_at);
  auto url = read_base_url(whole);
  if (!url)
    return url;
  if (!query.empty() && !is_path(query.substr(1)))
    return bad_url("its query has a character that must be percent-encoded");
  const std::size_t end = whole.find_last_not_of('/') + 1;
  url->path.append(whole.substr(end)).append(query);
  return url;
}

result<std::int64_t> read_usd(double dollars, std::int64_t dollars_max) {
  if (!std::isfinite(dollars) || dollars < 0 || dollars > static_cast<double>(dollars_max))
    return error{"is out of range; allowed: 0 to " + std::to_string(dollars_max) + " dollars"};
  const double nanos = dollars * 1e9;
  const double whole = std::round(nanos);
  // A fraction of a nano-dollar is noise of the binary form below this, and intent above.
  const double noise = std::max(1e-3, nanos * 1e-15);
  if (std::abs(nanos - whole) > noise)
    return error{"is finer than a nano-dollar; allowed: at most nine decimal places"};
  return static_cast<std::int64_t>(whole);
}

result<listen_address> read_listen_address(std::string_view text) {
  const error wrong{"must be an IP address and a port up to 65535, as in \"127.0.0.1:8080\" or "
                    "\"[::1]:8080\""};
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0)
    return wrong;
  std::string_view host = text.substr(0, colon);
  if (host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return wrong;
  const std::string_view digits = text.substr(colon + 1);
  listen_address out{std::string{host}, 0};
  const auto [end, failed] =
      std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
  if (failed != std::errc{} || end != digits.data() + digits.size() || host.empty())
    return wrong;
  return out;
}

bool is_env_name(std::string_view text) {
  return !text.empty() && text.size() <= 128 && !is_digit(text.front())
         && std::all_of(text.begin(), text.end(),
                        [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

bool is_environment_label(std::string_view text) {
  constexpr std::size_t length_max = 40;
  constexpr std::string_view reserved = "langfuse";
  return !text.empty() && text.size() <= length_max && text.substr(0, reserved.size()) != reserved
         && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-")
                == std::string_view::npos;
}

bool looks_like_secret(std::string_view text) {
  static constexpr std::array<std::string_view, 9> beginnings{
      "sk-",  "pk-lf-",  "AIza",   "AQ.", "gsk_",
      "xai-", "Bearer ", "Basic ", "https://hooks.slack.com/services/"};
  constexpr std::size_t shortest_key = 16;
  return text.size() >= shortest_key
         && std::any_of(beginnings.begin(), beginnings.end(),
                        [&](std::string_view b) { return text.substr(0, b.size()) == b; });
}

} // namespace spillway::config
