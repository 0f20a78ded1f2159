#pragma once

#include "core/money/ledger.hpp"
#include "messages/completion.hpp"

#include <vector>

namespace spillway::actors {

/// Whose accounts a call with these labels is charged to.
std::vector<money::scope_value> spend_scopes(const call_labels& labels, const key_id& key);

} // namespace spillway::actors
