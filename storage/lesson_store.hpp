#pragma once

// Internal to storage: what limiters have learnt of their providers.

#include "core/call_record.hpp"
#include "core/result.hpp"
#include "storage/sqlite.hpp"

#include <vector>

namespace spillway::storage {

/// Keeps `row` in place of what was kept of its limiter before. Within the caller's transaction.
result<void> keep_lessons(database& db, const limiter_lessons& row);

/// What was kept last of one limiter; empty if nothing was.
result<std::vector<rate::learnt_limit>> lessons_of(database& db, const key_id& key,
                                                   const model_id& model);

} // namespace spillway::storage
