#include "gateway/controls.hpp"

#include "core/bounds.hpp"
#include "core/catalog.hpp"
#include "gateway/caller.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace spillway::gateway {
namespace {

using pairs = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view header_prefix = "x-spillway-";
constexpr std::string_view entry_prefix = "spillway-";

const std::vector<std::string_view> known{
    "cache", "context", "deadline-ms", "fallback", "max-cost-usd", "priority", "quality", "run",
    "session", "tags", "task", "team", "trace", "user"};

/// Names of headers are the same in any case.
std::string in_small_letters(std::string_view name) {
  std::string out{name};
  for (char& c : out)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// What a caller says to us, by headers or in the body's metadata.
class controls {
public:
  controls(const wire::http_headers& headers, const pairs& metadata) {
    for (const auto& [name, value] : headers)
      if (wire::same_ignoring_case(std::string_view{name}.substr(0, header_prefix.size()),
                                   header_prefix)) {
        std::string plain = in_small_letters(name);
        if (!is_identity_header(plain))
          said_.push_back({header_prefix, plain.substr(header_prefix.size()), value});
      }
    for (const auto& [name, value] : metadata)
      if (name.starts_with(entry_prefix))
        said_.push_back({entry_prefix, name.substr(entry_prefix.size()), value});
  }

  /// Absent if it is not said. What is said and empty is no less a word. Headers go first.
  std::optional<std::string_view> find(std::string_view name) const {
    const auto it = std::ranges::find(said_, name, &control::name);
    if (it == said_.end())
      return std::nullopt;
    return it->value;
  }

  std::string_view text_of(std::string_view name) const { return find(name).value_or(""); }

  /// A cap whose name is mistyped must not be no cap.
  result<void> check_names() const {
    for (const control& c : said_)
      if (std::ranges::find(known, std::string_view{c.name}) == known.end())
        return unknown(c);
    return {};
  }

private:
  struct control {
    std::string_view prefix;
    std::string name; ///< behind it
    std::string_view value;
  };

  static error unknown(const control& c) {
    const std::string_view meant = nearest_name(c.name, known);
    const std::string prefix{c.prefix};
    std::string list;
    for (const std::string_view k : known)
      list += (list.empty() ? "" : ", ") + std::string{k};
    constexpr std::size_t repeated_max = 64;
    return {(prefix + c.name).substr(0, repeated_max) + " is no control"
            + (meant.empty() ? "" : "; did you mean " + prefix + std::string{meant} + "?")
            + "; there are, after " + prefix + ": " + list};
  }

  std::vector<control> said_;
};

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> items;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view item = list.substr(0, comma);
    item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
    item.remove_suffix(item.size() - (item.find_last_not_of(' ') + 1));
    if (!item.empty())
      items.emplace_back(item);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return items;
}

result<duration> read_deadline(std::string_view text) {
  std::int64_t ms = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), ms);
  constexpr std::int64_t most =
      std::chrono::duration_cast<std::chrono::milliseconds>(bounds::deadline_max).count();
  if (failed != std::errc{} || end != text.data() + text.size() || ms < 1 || ms > most)
    return error{"x-spillway-deadline-ms must be a whole number from 1 to " + std::to_string(most)};
  return duration{std::chrono::milliseconds{ms}};
}

result<nano_usd> read_cost(std::string_view text) {
  nano_usd most;
  if (!parse_decimal_usd(text, most) || most < nano_usd{0})
    return error{"x-spillway-max-cost-usd must be dollars from 0 with at most nine decimal places"};
  return most;
}

result<rate::priority> read_priority(std::string_view text) {
  if (text == "low")
    return rate::priority::low;
  if (text == "normal")
    return rate::priority::normal;
  if (text == "high")
    return rate::priority::high;
  return error{"x-spillway-priority must be low, normal or high"};
}

result<bool> read_fallback(std::string_view text) {
  if (text == "true" || text == "false")
    return text == "true";
  return error{"x-spillway-fallback must be true or false"};
}

result<routing::preference> read_preference(std::string_view text) {
  using routing::preference;
  for (const preference p :
       {preference::balanced, preference::quality, preference::cost, preference::speed})
    if (text == routing::to_string(p))
      return p;
  return error{"x-spillway-quality must be balanced, quality, cost or speed"};
}

result<answers::cache_use> read_cache_use(std::string_view text) {
  if (text == "on")
    return answers::cache_use::on;
  if (text == "off")
    return answers::cache_use::off;
  return error{"x-spillway-cache must be on or off"};
}

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos
         && text.find_first_not_of('0') != std::string_view::npos;
}

/// The last bit of the flags.
bool is_sampled(std::string_view flags) {
  return std::string_view{"13579bdf"}.find(flags.back()) != std::string_view::npos;
}

/// A header that is no traceparent is passed over, as the standard says.
/// Source: https://www.w3.org/TR/trace-context/ (2026-11).
void read_traceparent(std::string_view text, call_labels& labels) {
  constexpr std::size_t trace_at = 3, trace_size = 32, span_at = 36, span_size = 16, size = 55;
  if (text.size() < size || text[2] != '-' || text[35] != '-' || text[52] != '-')
    return;
  const std::string_view trace = text.substr(trace_at, trace_size);
  const std::string_view span = text.substr(span_at, span_size);
  if (!is_hex(trace) || !is_hex(span) || text.starts_with("ff"))
    return;
  labels.trace_id = trace;
  labels.parent_span_id = span;
  labels.sampled = is_sampled(text.substr(53, 2));
}

void read_labels(const controls& c, call_labels& labels) {
  labels.team = c.text_of("team");
  labels.session = c.text_of("session");
  labels.run = c.text_of("run");
  labels.trace_name = c.text_of("trace");
  if (const auto user = c.text_of("user"); !user.empty())
    labels.user = user;
  labels.tags = split(c.text_of("tags"));
  labels.task_type = c.text_of("task");
}

} // namespace

result<void> read_controls(const wire::http_headers& headers, const pairs& metadata,
                           run_completion& request) {
  const controls c{headers, metadata};
  if (auto named = c.check_names(); !named)
    return named;
  read_labels(c, request.labels);
  read_identity(headers, request.labels);
  read_traceparent(headers.find("traceparent"), request.labels);
  if (const auto text = c.find("fallback")) {
    const auto allow = read_fallback(*text);
    if (!allow)
      return allow.failure();
    request.allow_fallback = *allow;
  }
  if (const auto text = c.find("deadline-ms")) {
    const auto deadline = read_deadline(*text);
    if (!deadline)
      return deadline.failure();
    request.deadline = *deadline;
  }
  if (const auto text = c.find("max-cost-usd")) {
    const auto most = read_cost(*text);
    if (!most)
      return most.failure();
    request.cost_max = *most;
  }
  if (const auto text = c.find("quality")) {
    const auto prefer = read_preference(*text);
    if (!prefer)
      return prefer.failure();
    request.labels.quality = *prefer;
  }
  if (const auto text = c.find("context")) {
    request.context_strategy = context::parse_strategy(*text);
    if (!request.context_strategy)
      return error{"x-spillway-context must be auto, error, fallback, truncate, compress or chunk"};
  }
  if (const auto text = c.find("cache")) {
    const auto use = read_cache_use(*text);
    if (!use)
      return use.failure();
    request.cache = *use;
  }
  if (const auto text = c.find("priority")) {
    const auto level = read_priority(*text);
    if (!level)
      return level.failure();
    request.level = *level;
  }
  return {};
}

} // namespace spillway::gateway
