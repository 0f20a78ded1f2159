#pragma once

#include "core/money/ledger.hpp"
#include "messages/completion.hpp"

#include <string>
#include <vector>

namespace spillway::actors {

/// Whose accounts a call with these labels is charged to.
std::vector<money::scope_value> spend_scopes(const call_labels& labels, const key_id& key);

/// Whose turn a call uses among those that wait: its virtual key's, which callers cannot make up,
/// else its team's, else that of the gateway's key it came by.
const std::string& tenant_of(const run_completion& request);

} // namespace spillway::actors
