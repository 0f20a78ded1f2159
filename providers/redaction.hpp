#pragma once

#include "core/secret.hpp"

#include <string>
#include <string_view>

namespace spillway::providers {

/// `text` fit for a log: without `key` and without what looks like a credential (sk-..., AIza...,
/// Bearer ...), even when the vendor has masked it; cut to `bounds::failure_message_bytes_max`
/// bytes at a character's edge.
std::string redacted(std::string_view text, const secret& key);

} // namespace spillway::providers
