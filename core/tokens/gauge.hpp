#pragma once

#include "core/tokens/clean_cut.hpp"
#include "core/tokens/tokenizer.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace spillway::tokens {

/// Counts one text, which may come bit by bit, in several tokenizers at once. Holds the text only
/// from the last clean cut on.
class gauge {
public:
  /// `by`: the tokenizers that `tokens` will be asked for.
  explicit gauge(std::span<const tokenizer* const> by);

  void add(std::string_view more);
  /// The text ends here. What is added later is another one, counted on top of it.
  void finish();

  std::int64_t bytes() const noexcept { return bytes_; }
  /// Requires: finished; `by` is one of the constructor's.
  std::int64_t tokens(const tokenizer& by) const;

private:
  void take(std::string_view part);

  std::array<bool, std::size(all_encodings)> wanted_{};
  std::array<std::int64_t, std::size(all_encodings)> counts_{};
  bool features_wanted_ = false;
  text_features features_;
  clean_parts parts_;
  std::int64_t bytes_ = 0;
};

} // namespace spillway::tokens
