#include "core/tokens/embedding_count.hpp"

#include "core/tokens/bpe.hpp"
#include "core/tokens/estimator.hpp"
#include "core/tokens/text_features.hpp"
#include "core/tokens/tokenizer.hpp"

#include <algorithm>
#include <cmath>

namespace spillway::tokens {
namespace {

std::int64_t tokens_of(const tokenizer& by, std::string_view text) {
  if (by.exact)
    return count(*by.exact, text);
  return static_cast<std::int64_t>(std::ceil(estimated_tokens(by, features_of(text))));
}

} // namespace

embedding_count count_inputs(const model_entry& model, const embedding_request& request) {
  const tokenizer& by = tokenizer_of(model.upstream_name);
  embedding_count sum;
  for (const embedding_input& input : request.inputs) {
    const auto given = static_cast<std::int64_t>(input.tokens.size());
    const auto bytes = static_cast<std::int64_t>(input.text.size());
    const std::int64_t likely = given > 0 ? given : tokens_of(by, input.text);
    const bool is_exact = given > 0 || by.exact;
    sum.likely += token_count{likely};
    sum.at_most += token_count{is_exact ? likely : std::max(likely, bytes)};
    sum.longest = std::max(sum.longest, token_count{likely});
  }
  sum.on_arrival = std::max(sum.likely, estimate_inputs(request));
  return sum;
}

} // namespace spillway::tokens
