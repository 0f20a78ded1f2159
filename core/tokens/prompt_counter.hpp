#pragma once

#include "core/bounds.hpp"
#include "core/catalog.hpp"
#include "core/chat.hpp"
#include "core/tokens/calibration.hpp"
#include "core/tokens/text_memo.hpp"
#include "core/tokens/tokenizer.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace spillway::tokens {

/// What a prompt is to one model, before the provider says so.
struct prompt_estimate {
  token_count likely;
  token_count limit;   ///< for contexts and windows: covers 19 prompts of 20
  token_count at_most; ///< for money
};

/// How one model's estimates have fared.
struct calibration_row {
  model_id model;
  std::uint64_t samples = 0;
  double deviation = 0; ///< mean relative error, of late
  double drift = 1;     ///< provider's count / our uncorrected count, of late
};

/// Counts requests as the models of a catalog would: texts by the model's own encoding or an
/// estimate, framing, tools and images by tables, corrected by what the providers report. A
/// conversation that grows is counted once.
class prompt_counter {
public:
  explicit prompt_counter(std::size_t texts_max = bounds::token_memo_texts_max)
      : memo_{texts_max} {}

  /// For a model whose encoding we have, `at_most` is our count with ample framing; for others, a
  /// token a byte, which no tokenizer exceeds.
  prompt_estimate estimate(const model_entry& model, const chat_request& request);

  /// The provider counted `input` tokens for `request`. Prompts with images, audio or files teach
  /// nothing, as their share is not known.
  void learn(const model_entry& model, const chat_request& request, token_count input);

  /// One row for each model that has been learnt about.
  std::vector<calibration_row> calibrations() const;

  const text_memo& memo() const noexcept { return memo_; }

private:
  // A prompt in parts: what weights apply to, what tables say, and how large that may be.
  struct parts {
    calibration::vector features{};
    std::int64_t fixed = 0;
    std::int64_t fixed_most = 0;
    std::int64_t bytes = 0;
    bool media = false;
  };

  parts measure(const model_entry& model, const chat_request& request);
  calibration& calibration_of(const model_entry& model);

  text_memo memo_;
  std::map<model_id, calibration> calibrations_; ///< of a catalog's models
};

/// Tokens of an answer that the provider did not count: its text, calls and thoughts.
token_count reply_tokens(const model_entry& model, const chat_message& answer);

} // namespace spillway::tokens
