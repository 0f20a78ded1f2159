// Files and bodies that operators and services hand us beside calls: lists of models, wishes for
// keys, exports, answers to notices, results of batch jobs.
#include "providers/batch_file.hpp"
#include "providers/registry.hpp"
#include "tests/fuzz/target.hpp"
#include "wire/access/key_json.hpp"
#include "wire/alerts/answer.hpp"
#include "wire/catalog/litellm.hpp"
#include "wire/catalog/models_dev.hpp"
#include "wire/langfuse/otlp_receipt.hpp"
#include "wire/timestamp.hpp"

namespace {

using namespace spillway;

template <class Result>
void refused_with_reason(const Result& read) {
  fuzz::require(read.has_value() || !read.failure().message.empty());
}

void times(std::string_view text) {
  if (const auto time = wire::parse_rfc3339(text))
    fuzz::require(wire::parse_rfc3339(wire::to_rfc3339(*time)).has_value());
  if (const auto time = wire::parse_http_date(text))
    fuzz::require(wire::parse_http_date(wire::to_http_date(*time)) == time);
}

void results(std::string_view line) {
  using providers::batch_format;
  for (const auto& [dialect, format] :
       {std::pair{"openai", batch_format::openai}, {"anthropic", batch_format::anthropic},
        {"gemini", batch_format::gemini}}) {
    static const secret key{"key"};
    const auto speaks = *providers::make_codec(dialect, {}, key);
    const auto outcome = providers::decode_batch_outcome(format, *speaks, line);
    refused_with_reason(outcome);
    fuzz::require(!outcome || outcome->reply || !outcome->failure.empty());
  }
}

} // namespace

void spillway::fuzz::run(std::string_view input) {
  refused_with_reason(wire::catalog::decode_litellm(input));
  refused_with_reason(wire::catalog::decode_models_dev(input));
  refused_with_reason(wire::decode_key_wish(input));
  refused_with_reason(wire::langfuse::decode_otlp(input));
  (void)wire::read_delivery_answer({500, {}, std::string{input}}, {});
  times(input);
  results(input);
}
