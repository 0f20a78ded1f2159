#include "core/access/key_tokens.hpp"

#include "core/tokens/estimator.hpp"

namespace spillway::access {
namespace {

/// Only what may yet be billed is held after a failure.
bool is_unknown(const report::call_record& call) {
  return call.failure && call.usage.total() == token_count{} && call.cost > nano_usd{0};
}

} // namespace

asked_tokens tokens_asked_by(const chat_request& request) {
  const token_count prompt = tokens::estimate_input(request).likely;
  const auto bound = request.output_tokens_max;
  const token_count answers{bound.value_or(tokens::ordinary_reply).value() * request.choices};
  return bound ? asked_tokens{prompt + answers, {}} : asked_tokens{prompt, answers};
}

asked_tokens tokens_asked_by(const embedding_request& request) {
  return {tokens::estimate_inputs(request), {}};
}

std::optional<token_count> taken_tokens(const std::vector<report::call_record>& calls,
                                        token_count asked) {
  if (calls.empty())
    return std::nullopt;
  token_count sum;
  for (const report::call_record& call : calls)
    sum += is_unknown(call) ? asked : call.usage.total();
  return sum;
}

} // namespace spillway::access
