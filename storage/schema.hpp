#pragma once

// Internal to storage: the tables of a journal and how an older file gets them.

#include "core/result.hpp"
#include "storage/sqlite.hpp"

#include <cstddef>

namespace spillway::storage {

/// The schema this program writes: 1 for the first there was.
std::size_t schema_version() noexcept;

/// The schema of an open file; 0 for an empty one. Errors: not a database, damaged.
result<std::size_t> schema_of(database& db);

/// Takes the steps that the file lacks, all or none.
/// Errors: a newer schema than ours, or the disk refuses.
result<void> migrate(database& db);

} // namespace spillway::storage
