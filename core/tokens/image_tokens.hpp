#pragma once

#include "core/chat.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace spillway::tokens {

struct image_size {
  std::int64_t width = 0; ///< pixels
  std::int64_t height = 0;
  friend bool operator==(const image_size&, const image_size&) = default;
};

/// The size of a PNG, JPEG, GIF or WebP image from the beginning of its base64 text; nothing if it
/// is none of them or says it too late.
std::optional<image_size> size_of_image(std::string_view base64);

/// What vendors charge for an image.
struct image_tokens {
  std::int64_t likely = 0;
  std::int64_t most = 0; ///< equal to `likely` where the size is known
};

/// Tokens of an image for a model by the name its API takes. An image whose bytes are elsewhere is
/// taken for one of 1024 x 1024 pixels, at most for the dearest of its detail.
///
/// Source: OpenAI https://platform.openai.com/docs/guides/images-vision; Anthropic
/// https://docs.anthropic.com/en/docs/build-with-claude/vision; Gemini
/// https://ai.google.dev/gemini-api/docs/tokens (all 2026-10). The rules of gpt-5.2 and later are
/// not published in numbers: taken for those of gpt-5.
image_tokens tokens_of_image(std::string_view upstream_name, const content_part& image);

} // namespace spillway::tokens
