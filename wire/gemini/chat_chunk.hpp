#pragma once

#include "core/chat_delta.hpp"
#include "core/units.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// The events of a reply to :streamGenerateContent, both ways. Each is a whole
/// `GenerateContentResponse` with what is new; no event marks the end.
/// Source: https://ai.google.dev/api/generate-content (2026-10); what servers do otherwise is from
/// recordings, 2024-12 to 2026-08.
namespace spillway::wire::gemini {

/// Reads the events of one stream; a reply that is not streamed is a stream of one.
///
/// A finish reason does not end the stream: older models send one with every event, and the last
/// counts. So does the last usage, which is the sum so far. Parts of no kind we know are passed
/// over; an image becomes Markdown with its bytes in place, since a delta is text.
class chunk_reader {
public:
  /// Takes one document and appends what it says. Does nothing once `ended`.
  void take(std::string_view json, std::vector<chat_delta>& deltas);

  /// An error or nonsense has come: nothing that follows counts.
  bool ended() const noexcept { return !error_json_.empty() || !malformed_.empty(); }

  /// An answer has its finish reason, or the prompt was blocked.
  bool is_whole() const noexcept { return assembler_.has_ended() || !block_reason_.empty(); }

  /// Why the vendor answered nothing at all: "SAFETY", "PROHIBITED_CONTENT"; empty: it did.
  const std::string& block_reason() const noexcept { return block_reason_; }

  /// The document that held an `error`; empty: none came.
  const std::string& error_json() const noexcept { return error_json_; }

  /// What is wrong with a document that could not be read, by its path; empty: nothing.
  const std::string& malformed() const noexcept { return malformed_; }

  /// All that came. A blocked prompt finishes by `content_filter`, its native word the reason.
  /// Usage is `estimated` if none was told, or none for the text that came. Call it once, at last.
  chat_reply take_reply();

private:
  struct part_context;
  /// `place`: of the candidate in its document, which is its number unless it tells another.
  void take_candidate(const part_context& context, std::size_t place,
                      std::vector<chat_delta>& deltas);

  reply_assembler assembler_;
  std::map<int, std::size_t> calls_; ///< begun so far, by choice
  chat_reply told_;                  ///< model, id and usage
  bool told_usage_ = false;
  std::string call_id_root_; ///< begins the ids of calls that have none
  std::string block_reason_;
  std::string error_json_;
  std::string malformed_;
};

/// What every event of one stream repeats.
struct chunk_head {
  std::string response_id;
  std::string model;
};

/// One event. Each call in `delta` must be whole: Gemini sends none in pieces.
std::string encode_chunk(const chunk_head& head, const chat_delta& delta,
                         const token_usage& so_far);

/// The event with the finish reason, and the usage of all of it.
std::string encode_last_chunk(const chunk_head& head, int choice, finish_reason finish,
                              const token_usage& usage);

} // namespace spillway::wire::gemini
