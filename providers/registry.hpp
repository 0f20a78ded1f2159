#pragma once

#include "core/result.hpp"
#include "core/secret.hpp"
#include "providers/codec.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace spillway::providers {

/// A codec for a dialect: a row of `profile`, "anthropic", "gemini" or "vertex". `base_path` is the
/// path of the provider's URL, empty for the root; an empty `key` means that none is sent.
/// Errors: no such dialect; the message names the known ones.
result<std::shared_ptr<const codec>> make_codec(std::string_view dialect, std::string base_path,
                                                secret key);

} // namespace spillway::providers
