#pragma once

/// Whether an answer that was given before will do.
namespace spillway::answers {

/// What a request says of answers that are kept. `standard`: as the configuration says.
enum class cache_use { standard, off, on };

/// What became of that. `unasked`: nobody looked for a kept answer.
enum class cache_outcome { unasked, miss, hit };

} // namespace spillway::answers
