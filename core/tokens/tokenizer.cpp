#include "core/tokens/tokenizer.hpp"

#include <algorithm>

namespace spillway::tokens {
namespace {

constexpr tokenizer o200k{"o200k_base", encoding::o200k_base};
constexpr tokenizer cl100k{"cl100k_base", encoding::cl100k_base};
constexpr tokenizer harmony{"o200k_harmony", encoding::o200k_harmony};
constexpr tokenizer p50k{"p50k_base", encoding::p50k_base};
constexpr tokenizer r50k{"r50k_base", encoding::r50k_base};

constexpr tokenizer gemma_3{"Gemma 3", {}, {1.1}, 0.08, 0.20};
constexpr tokenizer llama_3{"Llama 3", {}, {1.02}, 0.07, 0.10};
constexpr tokenizer qwen_3{"Qwen 3", {}, {1.03}, 0.05, 0.15};
constexpr tokenizer deepseek_3{"DeepSeek V3", {}, {1.05}, 0.05, 0.15};
constexpr tokenizer tekken{"Mistral Tekken", {}, {1.05}, 0.05, 0.15};
constexpr tokenizer claude{"Claude", {}, {1.2}, 0.07, 0.18};
constexpr tokenizer unknown{"unknown", {}, {1.15}, 0.08, 0.20};

struct family {
  std::string_view part; // of a model's name
  const tokenizer* by;
};

// The first that fits counts.
constexpr family families[] = {
    {"gemini", &gemma_3}, {"gemma", &gemma_3},   {"claude", &claude},    {"llama", &llama_3},
    {"mistral", &tekken}, {"mixtral", &tekken},  {"ministral", &tekken}, {"codestral", &tekken},
    {"devstral", &tekken}, {"magistral", &tekken}, {"pixtral", &tekken},  {"qwen", &qwen_3},
    {"qwq", &qwen_3},     {"deepseek", &deepseek_3},
};

const tokenizer& of_encoding(encoding e) noexcept {
  switch (e) {
    case encoding::o200k_base: return o200k;
    case encoding::cl100k_base: return cl100k;
    case encoding::o200k_harmony: return harmony;
    case encoding::p50k_base:
    case encoding::p50k_edit: return p50k;
    case encoding::r50k_base:
    case encoding::gpt2: break;
  }
  return r50k;
}

} // namespace

const tokenizer& tokenizer_of(std::string_view upstream_name) noexcept {
  const std::string_view name = upstream_name.substr(upstream_name.rfind('/') + 1);
  if (const auto e = encoding_of_model(name))
    return of_encoding(*e);
  for (const family& f : families)
    if (name.find(f.part) != name.npos)
      return *f.by;
  return unknown;
}

const tokenizer* tokenizer_named(std::string_view encoding_name) noexcept {
  const auto e = encoding_named(encoding_name);
  return e ? &of_encoding(*e) : nullptr;
}

double estimated_tokens(const tokenizer& by, const text_features& features) noexcept {
  const auto values = features.values();
  double tokens = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    tokens += by.weights[i] * values[i];
  // Weights may be negative: no estimate falls below a third of what o200k_base makes of the text.
  return std::max(tokens, values[0] / 3);
}

} // namespace spillway::tokens
