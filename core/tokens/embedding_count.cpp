#include "core/tokens/embedding_count.hpp"

#include "core/tokens/bpe.hpp"
#include "core/tokens/text_features.hpp"
#include "core/tokens/tokenizer.hpp"

#include <algorithm>
#include <cmath>

namespace spillway::tokens {
namespace {

/// As OpenAI's rate limiter charges a text (see `estimate_input`).
constexpr std::int64_t bytes_per_token_on_arrival = 4;

std::int64_t tokens_of(const tokenizer& by, std::string_view text) {
  if (by.exact)
    return count(*by.exact, text);
  return static_cast<std::int64_t>(std::ceil(estimated_tokens(by, features_of(text))));
}

} // namespace

embedding_count count_inputs(const model_entry& model, const embedding_request& request) {
  const tokenizer& by = tokenizer_of(model.upstream_name);
  embedding_count sum;
  std::int64_t arriving = 0;
  for (const embedding_input& input : request.inputs) {
    const auto given = static_cast<std::int64_t>(input.tokens.size());
    const auto bytes = static_cast<std::int64_t>(input.text.size());
    const std::int64_t likely = given > 0 ? given : tokens_of(by, input.text);
    const bool is_exact = given > 0 || by.exact;
    sum.likely += token_count{likely};
    sum.at_most += token_count{is_exact ? likely : std::max(likely, bytes)};
    sum.longest = std::max(sum.longest, token_count{likely});
    arriving += given > 0 ? given
                          : (bytes + bytes_per_token_on_arrival - 1) / bytes_per_token_on_arrival;
  }
  sum.on_arrival = std::max(sum.likely, token_count{arriving});
  return sum;
}

} // namespace spillway::tokens
