#include "core/tokens/encoding.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace spillway::tokens {
namespace {

struct model_rule {
  std::string_view name;
  encoding e;
};

constexpr std::array exact_names{
    model_rule{"o1", encoding::o200k_base},
    model_rule{"o3", encoding::o200k_base},
    model_rule{"o4-mini", encoding::o200k_base},
    model_rule{"gpt-5", encoding::o200k_base},
    model_rule{"gpt-4.1", encoding::o200k_base},
    model_rule{"gpt-4o", encoding::o200k_base},
    model_rule{"gpt-4", encoding::cl100k_base},
    model_rule{"gpt-3.5-turbo", encoding::cl100k_base},
    model_rule{"gpt-3.5", encoding::cl100k_base},
    model_rule{"gpt-35-turbo", encoding::cl100k_base},
    model_rule{"davinci-002", encoding::cl100k_base},
    model_rule{"babbage-002", encoding::cl100k_base},
    model_rule{"text-embedding-ada-002", encoding::cl100k_base},
    model_rule{"text-embedding-3-small", encoding::cl100k_base},
    model_rule{"text-embedding-3-large", encoding::cl100k_base},
};

// In tiktoken's order: the first that fits counts.
constexpr std::array prefixes{
    model_rule{"o1-", encoding::o200k_base},
    model_rule{"o3-", encoding::o200k_base},
    model_rule{"o4-mini-", encoding::o200k_base},
    model_rule{"gpt-5", encoding::o200k_base},
    model_rule{"gpt-4.5-", encoding::o200k_base},
    model_rule{"gpt-4.1-", encoding::o200k_base},
    model_rule{"chatgpt-4o-", encoding::o200k_base},
    model_rule{"gpt-4o-", encoding::o200k_base},
    model_rule{"gpt-4-", encoding::cl100k_base},
    model_rule{"gpt-3.5-turbo-", encoding::cl100k_base},
    model_rule{"gpt-35-turbo-", encoding::cl100k_base},
    model_rule{"gpt-oss-", encoding::o200k_harmony},
    model_rule{"ft:gpt-4o", encoding::o200k_base},
    model_rule{"ft:gpt-4", encoding::cl100k_base},
    model_rule{"ft:gpt-3.5-turbo", encoding::cl100k_base},
    model_rule{"ft:davinci-002", encoding::cl100k_base},
    model_rule{"ft:babbage-002", encoding::cl100k_base},
};

struct special {
  std::uint32_t id;
  std::string_view text;
};

constexpr std::array o200k_specials{
    special{199'999, "<|endoftext|>"},
    special{200'018, "<|endofprompt|>"},
};

constexpr std::array cl100k_specials{
    special{100'257, "<|endoftext|>"},   special{100'258, "<|fim_prefix|>"},
    special{100'259, "<|fim_middle|>"},  special{100'260, "<|fim_suffix|>"},
    special{100'276, "<|endofprompt|>"},
};

constexpr std::array harmony_specials{
    special{199'998, "<|startoftext|>"}, special{199'999, "<|endoftext|>"},
    special{200'002, "<|return|>"},      special{200'003, "<|constrain|>"},
    special{200'005, "<|channel|>"},     special{200'006, "<|start|>"},
    special{200'007, "<|end|>"},         special{200'008, "<|message|>"},
    special{200'012, "<|call|>"},
};

constexpr std::array gpt2_specials{special{50'256, "<|endoftext|>"}};

constexpr std::array p50k_edit_specials{
    special{50'256, "<|endoftext|>"},
    special{50'281, "<|fim_prefix|>"},
    special{50'282, "<|fim_middle|>"},
    special{50'283, "<|fim_suffix|>"},
};
constexpr std::uint32_t harmony_reserved_first = 200'000;
constexpr std::uint32_t harmony_reserved_last = 201'087;

std::span<const special> specials_of(encoding e) noexcept {
  switch (e) {
    case encoding::o200k_base: return o200k_specials;
    case encoding::cl100k_base: return cl100k_specials;
    case encoding::o200k_harmony: return harmony_specials;
    case encoding::p50k_base: return gpt2_specials;
    case encoding::p50k_edit: return p50k_edit_specials;
    case encoding::r50k_base: return gpt2_specials;
    case encoding::gpt2: return gpt2_specials;
  }
  return {};
}

} // namespace

const char* to_string(encoding e) noexcept {
  switch (e) {
    case encoding::o200k_base: return "o200k_base";
    case encoding::cl100k_base: return "cl100k_base";
    case encoding::o200k_harmony: return "o200k_harmony";
    case encoding::p50k_base: return "p50k_base";
    case encoding::p50k_edit: return "p50k_edit";
    case encoding::r50k_base: return "r50k_base";
    case encoding::gpt2: return "gpt2";
  }
  return "?";
}

std::optional<encoding> encoding_named(std::string_view name) noexcept {
  for (const encoding e : all_encodings)
    if (name == to_string(e))
      return e;
  return std::nullopt;
}

std::optional<encoding> encoding_of_model(std::string_view upstream_name) noexcept {
  for (const model_rule& rule : exact_names)
    if (upstream_name == rule.name)
      return rule.e;
  for (const model_rule& rule : prefixes)
    if (upstream_name.starts_with(rule.name))
      return rule.e;
  return std::nullopt;
}

std::optional<std::string> special_token(encoding e, std::uint32_t id) {
  for (const special& s : specials_of(e))
    if (s.id == id)
      return std::string{s.text};
  if (e == encoding::o200k_harmony && id >= harmony_reserved_first && id <= harmony_reserved_last)
    return "<|reserved_" + std::to_string(id) + "|>";
  return std::nullopt;
}

} // namespace spillway::tokens
