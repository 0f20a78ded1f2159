#pragma once

#include "core/chat.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace spillway::simulator {

/// What of a prompt a cache has, and what is to be written of it.
struct cache_use {
  token_count read;
  token_count written;
  token_count written_1h; ///< the part of `written` that is kept for an hour
};

/// The cache of prompts of one model, as Anthropic keeps it: a prompt is written up to each of its
/// marks, and read up to the last block that was a mark before. Tools come first, then the turns.
/// What is read is kept for as long again. Not thread-safe.
/// Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching (2026-10).
class prompt_cache {
public:
  /// A prompt shorter than `least` up to its mark is not kept. Absent: none is.
  explicit prompt_cache(std::optional<token_count> least) : least_{least} {}

  cache_use look_up(const chat_request& prompt, mono_time now) const;

  /// The answer to `prompt`, which came `now`, begins at `ready`: from then on others can read it.
  void keep(const chat_request& prompt, mono_time now, mono_time ready);

private:
  struct entry {
    std::uint64_t prefix = 0;
    mono_time from{};
    mono_time until{};
    duration kept{};
  };

  const entry* find(std::uint64_t prefix, mono_time now) const;
  entry& slot_of(std::uint64_t prefix);

  std::optional<token_count> least_;
  std::vector<entry> slots_; ///< by fingerprint; a newer one takes the place of an older
};

} // namespace spillway::simulator
