#pragma once

#include "config/schema.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <string_view>

/// Texts and numbers of the file read as what they mean. Every error says what is wrong and what is
/// allowed, and repeats nothing of the text: it may be a secret in the wrong place.
namespace spillway::config {

/// "250ms", "2s", "10m", "1h", "1d": a whole number and its unit.
result<duration> read_duration(std::string_view text);

/// The shortest text that `read_duration` reads as `d`. Requires: `d` is whole milliseconds, >= 0.
std::string write_duration(duration d);

/// "https://host[:port][/path]" or "http://...".
result<base_url> read_base_url(std::string_view text);

/// Likewise, with a "?query" that counts as part of the path. Here a path may end with "/".
result<base_url> read_target_url(std::string_view text);

/// "127.0.0.1:8080", "[::1]:8080". Whether the address is one is for the system to say.
result<listen_address> read_listen_address(std::string_view text);

/// `dollars` as nano-dollars. The file's decimal fraction is at most half an ulp off, so the
/// nearest nano-dollar is exactly what was written, up to $9 million. Errors: not finite, beyond
/// `dollars_max` or below zero, finer than a nano-dollar.
result<std::int64_t> read_usd(double dollars, std::int64_t dollars_max);

/// A name that an environment variable can have: [A-Za-z_][A-Za-z0-9_]*.
bool is_env_name(std::string_view text);

/// Whether Langfuse takes `text` as the name of an environment: 1 to 40 of a-z 0-9 _ -, not
/// beginning with "langfuse". Source: https://langfuse.com/docs/observability/features/environments
/// (2026-08-22).
bool is_environment_label(std::string_view text);

/// Whether `text` looks like a credential of a known vendor.
bool looks_like_secret(std::string_view text);

} // namespace spillway::config
