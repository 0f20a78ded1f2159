#pragma once

#include "config/schema.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"

#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

namespace spillway::config {

/// Tells the value of an environment variable; absent if it is not set.
using environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The environment of this process.
environment process_environment();

struct langfuse_keys {
  std::string public_key; ///< a user name: no secret, but no use in a log either
  secret secret_key;
};

/// What only the environment may say. Never in a file, a message or a log.
struct secrets {
  std::unordered_map<key_id, secret> api_keys; ///< none for providers that need none
  std::optional<langfuse_keys> langfuse;            ///< absent: traces are off
};

/// Completes `s` with what the environment says, and returns the credentials.
///
/// Whatever is `automatic` becomes `on` if its keys are there and `off` otherwise; providers that
/// are off leave with their models, as `withdraw` (config/withdraw.hpp) tells in the warnings. Of a
/// provider with several keys those that are not set leave, with a warning.
/// If Langfuse is on, these variables override the file, under the names that its own SDKs read:
/// LANGFUSE_BASE_URL (or LANGFUSE_HOST), LANGFUSE_FLUSH_AT, LANGFUSE_FLUSH_INTERVAL (seconds),
/// LANGFUSE_TRACING_ENVIRONMENT, LANGFUSE_RELEASE.
/// Source: https://langfuse.com/docs/observability/sdk/python/setup (2026-08-22).
///
/// Errors: a provider that is on has no key; a key has a blank or a control character within; a
/// variable above makes no sense; the default route has no usable model. Each names the variable
/// and what to do, never a value. `s` is then of no use.
result<secrets> read_environment(settings& s, const environment& variables);

} // namespace spillway::config
