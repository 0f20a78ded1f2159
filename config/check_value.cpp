#include "config/check_value.hpp"

#include "config/values.hpp"
#include "core/assert.hpp"
#include "core/rate/admission.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace spillway::config {

namespace {

std::string wrong_kind(const node& n, std::string_view allowed) {
  return "is " + kind_of(n) + "; allowed: " + std::string{allowed};
}

template <class T>
std::string failure_of(const result<T>& r) {
  return r ? std::string{} : r.failure().message;
}

std::optional<double> number_of(const node& n) {
  if (const auto* real = n.as<double>())
    return *real;
  if (const auto* whole = n.as<std::int64_t>())
    return static_cast<double>(*whole);
  return {};
}

/// Whether `word` is one of "a, b, c".
bool is_choice(std::string_view word, std::string_view choices) {
  while (!choices.empty()) {
    const std::size_t end = std::min(choices.find(", "), choices.size());
    if (choices.substr(0, end) == word)
      return true;
    choices.remove_prefix(std::min(end + 2, choices.size()));
  }
  return false;
}

std::string check_flag(const node& n, bool or_auto) {
  if (n.as<bool>() || (or_auto && text_of(&n) == "auto"))
    return {};
  return wrong_kind(n, or_auto ? "true, false or \"auto\"" : "true or false");
}

std::string check_choice(const node& n, const key_spec& spec) {
  if (!n.as<std::string>())
    return wrong_kind(n, spec.choices);
  if (is_choice(text_of(&n), spec.choices))
    return {};
  return "is none of what is allowed: " + std::string{spec.choices};
}

std::string check_choices(const node& n, const key_spec& spec) {
  if (!n.as<array>())
    return wrong_kind(n, "a list of some of: " + std::string{spec.choices});
  for (const node& item : items_of(&n))
    if (const std::string what = check_choice(item, spec); !what.empty())
      return "has an item that " + what;
  return {};
}

std::string range(const key_spec& spec) {
  return std::to_string(spec.least) + " to " + std::to_string(spec.most);
}

std::string check_integer(const node& n, const key_spec& spec) {
  const auto* value = n.as<std::int64_t>();
  if (!value)
    return wrong_kind(n, "a whole number, " + range(spec));
  if (*value < spec.least || *value > spec.most)
    return "is " + std::to_string(*value) + "; allowed: " + range(spec);
  return {};
}

std::string check_limit(const node& n, const key_spec& spec) {
  const auto* value = n.as<std::int64_t>();
  if (text_of(&n) == "none")
    return {};
  if (!value)
    return wrong_kind(n, "a whole number, " + range(spec) + ", or \"none\" for no limit");
  if (*value == 0)
    return "is 0, which lets nothing through; to close a model set its `enabled = false`";
  if (*value < 0)
    return "is " + std::to_string(*value) + "; allowed: " + range(spec)
           + ", or \"none\" for no limit";
  return check_integer(n, spec);
}

std::string check_usd(const node& n, const key_spec& spec) {
  const auto dollars = number_of(n);
  if (!dollars)
    return wrong_kind(n, "US dollars as a number, 0 to " + std::to_string(spec.most));
  return failure_of(read_usd(*dollars, spec.most));
}

/// A tenth of what the cheapest tokens cost (cached ones of the smallest models, 2026-10).
constexpr double price_usd_least = 0.0005;

std::string check_price(const node& n, const key_spec& spec) {
  const auto dollars = number_of(n);
  if (dollars && *dollars > static_cast<double>(spec.most))
    return "is more than $" + std::to_string(spec.most)
           + ", which nobody charges: the price is in dollars per million tokens";
  if (dollars && *dollars > 0 && *dollars < price_usd_least)
    return "is less than $0.0005, which nobody charges: the price is in dollars per million "
           "tokens, not per token or per thousand";
  return check_usd(n, spec);
}

std::string check_factor(const node& n, const key_spec& spec) {
  constexpr std::int64_t thousandth = nano_usd_per_usd / 1000;
  const auto value = number_of(n);
  const std::string expected =
      "a share of the standard price, 0 to " + std::to_string(spec.most) + ", as in 0.5";
  if (!value)
    return wrong_kind(n, expected);
  const auto exact = read_usd(*value, spec.most);
  if (!exact || *exact % thousandth != 0)
    return "is not " + expected + "; at most three decimals";
  return {};
}

std::string check_span(const node& n, const key_spec& spec) {
  const std::chrono::milliseconds least{spec.least};
  const std::chrono::milliseconds most{spec.most};
  const std::string allowed = write_duration(least) + " to " + write_duration(most);
  if (!n.as<std::string>())
    return wrong_kind(n, "a duration with its unit as text, as in \"2s\", " + allowed);
  const auto value = read_duration(text_of(&n));
  if (!value)
    return value.failure().message;
  if (*value < least || *value > most)
    return "is out of range; allowed: " + allowed;
  return {};
}

std::string check_date(const node& n) {
  using namespace std::chrono;
  constexpr sys_days first = year{2000} / 1 / 1;
  constexpr sys_days last = year{2200} / 1 / 1;
  const auto* day = n.as<sys_days>();
  if (!day)
    return wrong_kind(n, "a date without quotes, as in 2026-07-30");
  if (*day < first || *day > last)
    return "is out of range; allowed: 2000-01-01 to 2200-01-01";
  return {};
}

/// `suits` says whether a text will do; `allowed` what will.
template <class Predicate>
std::string check_text(const node& n, std::string_view allowed, Predicate suits) {
  if (!n.as<std::string>())
    return wrong_kind(n, allowed);
  return suits(text_of(&n)) ? std::string{} : "is not allowed; allowed: " + std::string{allowed};
}

/// A text of a length that fits a message, without control characters.
bool is_plain(std::string_view text) {
  constexpr std::size_t length_max = 4096;
  return text.size() <= length_max && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
         });
}

/// Of a list of texts. No key has a use for as many.
constexpr std::size_t list_items_max = 256;

template <class Predicate>
std::string check_texts(const node& n, std::string_view allowed, Predicate suits) {
  if (!n.as<array>())
    return wrong_kind(n, "a list, each item " + std::string{allowed});
  if (items_of(&n).size() > list_items_max)
    return "has more than " + std::to_string(list_items_max) + " items";
  for (const node& item : items_of(&n))
    if (const std::string what = check_text(item, allowed, suits); !what.empty())
      return "has an item that " + what;
  return {};
}

std::string check_names(const node& n) {
  if (n.as<array>() && items_of(&n).empty())
    return "is empty; allowed: a list of at least one name";
  return check_texts(n, "a name", [](std::string_view t) { return !t.empty() && is_plain(t); });
}

std::string check_url(const node& n) {
  if (!n.as<std::string>())
    return wrong_kind(n, "\"https://host[:port][/path]\"");
  return failure_of(read_base_url(text_of(&n)));
}

std::string check_listen(const node& n) {
  if (!n.as<std::string>())
    return wrong_kind(n, "\"address:port\", as in \"127.0.0.1:8080\"");
  return failure_of(read_listen_address(text_of(&n)));
}

bool is_zone(std::string_view text) {
  return rate::is_known_zone(std::string{text});
}

} // namespace

std::string complaint_about(const node& n, const key_spec& spec) {
  constexpr std::string_view env_shape =
      "the name of an environment variable, as in \"OPENAI_API_KEY\"";
  switch (spec.kind) {
    case value_kind::flag: return check_flag(n, false);
    case value_kind::flag_auto: return check_flag(n, true);
    case value_kind::choice: return check_choice(n, spec);
    case value_kind::choices: return check_choices(n, spec);
    case value_kind::text: return check_text(n, "text on one line", is_plain);
    case value_kind::texts: return check_texts(n, "text on one line", is_plain);
    case value_kind::names: return check_names(n);
    case value_kind::integer: return check_integer(n, spec);
    case value_kind::limit: return check_limit(n, spec);
    case value_kind::usd: return check_usd(n, spec);
    case value_kind::price: return check_price(n, spec);
    case value_kind::factor: return check_factor(n, spec);
    case value_kind::span: return check_span(n, spec);
    case value_kind::date: return check_date(n);
    case value_kind::url: return check_url(n);
    case value_kind::env_name: return check_text(n, env_shape, is_env_name);
    case value_kind::listen: return check_listen(n);
    case value_kind::env_names: return check_texts(n, env_shape, is_env_name);
    case value_kind::zone: return check_text(n, "an IANA zone, as in \"Europe/Paris\"", is_zone);
    case value_kind::label:
      return check_text(n, "1 to 40 of a-z 0-9 _ -, not beginning with \"langfuse\"",
                        is_environment_label);
  }
  SPILLWAY_ASSERT(false && "every kind has its case");
  return {};
}

} // namespace spillway::config
