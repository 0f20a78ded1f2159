#pragma once

// Internal to storage: the scopes of a call in one column.

#include "core/money/ledger.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spillway::storage {

/// Each scope and name as a netstring ("4:team6:search"), so that names may hold anything.
std::string encode_scopes(const std::vector<money::scope_value>& scopes);

/// The longest readable prefix: a damaged tail is left out.
std::vector<money::scope_value> decode_scopes(std::string_view text);

} // namespace spillway::storage
