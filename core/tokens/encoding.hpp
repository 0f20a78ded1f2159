#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spillway::tokens {

/// OpenAI's public tokenizers.
enum class encoding : std::uint8_t {
  o200k_base,
  cl100k_base,
  o200k_harmony, ///< gpt-oss: the ranks of o200k_base with more special tokens
  p50k_base,     ///< text-davinci-003 and Codex
  p50k_edit,     ///< p50k_base with three more special tokens
  r50k_base,     ///< GPT-3
  gpt2,          ///< r50k_base by another name
};

inline constexpr encoding all_encodings[] = {
    encoding::o200k_base, encoding::cl100k_base, encoding::o200k_harmony, encoding::p50k_base,
    encoding::p50k_edit,  encoding::r50k_base,   encoding::gpt2,
};

/// Its name in tiktoken, as above.
const char* to_string(encoding e) noexcept;

/// The encoding of that name, or nothing.
std::optional<encoding> encoding_named(std::string_view name) noexcept;

/// The encoding a model of OpenAI counts in, from the name its API takes; nothing for others'
/// models and for retired ones with a name of their own before gpt-3.5.
///
/// Source: tiktoken/model.py of tiktoken 0.14.0, 2026-11-24.
std::optional<encoding> encoding_of_model(std::string_view upstream_name) noexcept;

/// The text of a special token such as <|endoftext|>, or nothing when `id` is none.
std::optional<std::string> special_token(encoding e, std::uint32_t id);

} // namespace spillway::tokens
