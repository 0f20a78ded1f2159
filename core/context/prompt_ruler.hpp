#pragma once

#include "core/chat.hpp"
#include "core/tokens/tokenizer.hpp"

#include <cstdint>
#include <string_view>

namespace spillway::context {

/// Measures the parts of a prompt for one model, so that they can be cut to size: by its own
/// encoding where that is public, else by the estimate of its family; framing and images by the
/// tables of `core/tokens`.
class prompt_ruler {
public:
  /// `scale`: what the provider counts for each token that we do.
  explicit prompt_ruler(std::string_view upstream_model, double scale = 1);

  std::int64_t tokens(std::string_view text) const;
  /// With the framing a vendor adds to each turn.
  std::int64_t tokens(const chat_message& message) const;
  /// All but the turns: tools, response schema, framing.
  std::int64_t overhead(const chat_request& request) const;
  std::int64_t tokens(const chat_request& request) const;

  /// The first (last) part of `text` that is at most `most` tokens, between characters.
  std::string_view head(std::string_view text, std::int64_t most) const;
  std::string_view tail(std::string_view text, std::int64_t most) const;

private:
  std::string_view shrink(std::string_view text, std::int64_t most, bool from_start) const;

  std::string_view model_; ///< by its provider's name for it; outlives this
  const tokens::tokenizer& by_;
  double scale_;
};

} // namespace spillway::context
