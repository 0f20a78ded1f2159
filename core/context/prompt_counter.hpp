#pragma once

#include "core/chat.hpp"
#include "core/tokens/tokenizer.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace spillway::context {

/// Counts the parts of a prompt for one model, so that they can be cut to size: exactly where its
/// tokenizer is public, else by the estimate of its family.
class prompt_counter {
public:
  explicit prompt_counter(std::string_view upstream_model);

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

  const tokens::tokenizer& by_;
};

} // namespace spillway::context
