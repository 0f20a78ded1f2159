#pragma once

#include "core/chat.hpp"
#include "core/result.hpp"
#include "providers/codec.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace spillway::providers {

/// The vendors' files of batch jobs: many calls at half the price, answered within a day.
enum class batch_format { openai, anthropic, gemini };

/// The files of a provider that speaks `dialect`. Errors: it has none that we know.
result<batch_format> batch_format_of(std::string_view dialect);

/// The most that one file may hold.
/// Sources: https://platform.openai.com/docs/guides/batch,
/// https://platform.claude.com/docs/en/api/creating-message-batches,
/// https://ai.google.dev/gemini-api/docs/batch-api (2026-10); a megabyte is taken for a million
/// bytes, which is the lesser. Google names no number of calls.
struct batch_caps {
  std::size_t calls = 0;
  std::size_t bytes = 0;
};
batch_caps caps_of(batch_format format) noexcept;

/// What stands around the calls of an input file: lines of JSON, or for Anthropic, which takes no
/// file, the body of POST /v1/messages/batches.
struct batch_framing {
  std::string_view extension;
  std::string_view before;
  std::string_view between;
  std::string_view after;
};
batch_framing framing_of(batch_format format) noexcept;

/// One call of an input file. `speaks` is the provider's codec.
std::string encode_batch_call(batch_format format, const codec& speaks,
                              std::string_view custom_id, const upstream_call& call);

/// What became of one call.
struct batch_outcome {
  std::string custom_id;
  std::optional<chat_reply> reply; ///< its usage is billed as a batch's
  std::string failure;             ///< why there is none: "batch_expired: ..."
};

/// A line of a job's output. Errors: no JSON, or a field that is missing or of the wrong type, by
/// its path.
result<batch_outcome> decode_batch_outcome(batch_format format, const codec& speaks,
                                           std::string_view line);

} // namespace spillway::providers
