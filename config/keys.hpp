#pragma once

#include <cstdint>
#include <span>
#include <string_view>

/// The file's grammar: every key there is, and what it takes.
namespace spillway::config {

enum class value_kind {
  flag,      ///< true or false
  flag_auto, ///< true, false or "auto"
  choice,    ///< one of `choices`
  choices,   ///< a list of some of `choices`
  text,
  texts,   ///< a list of texts
  names,   ///< a list of at least one name
  integer, ///< `least` to `most`
  limit,   ///< `least` to `most`, or "none"
  usd,     ///< dollars, 0 to `most`
  price,   ///< dollars per million tokens, 0 to `most`
  factor,  ///< a share of a price, 0 to `most`, at most three decimals
  span,    ///< a duration of `least` to `most` milliseconds
  date,
  url,
  listen,   ///< an IP address and a port
  env_name, ///< the name of an environment variable
  env_names,
  zone,  ///< IANA time zone
  label, ///< Langfuse's environment label
};

/// One key. In `path`, `*` stands for any name and `[]` for any item of a list.
struct key_spec {
  std::string_view path;
  value_kind kind = value_kind::text;
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::string_view choices = {}; ///< "a, b"
  bool required = false;         ///< in each table of its kind
};

std::span<const key_spec> known_keys() noexcept;

} // namespace spillway::config
