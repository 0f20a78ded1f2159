#include "core/access/key_tokens.hpp"

#include "core/tokens/estimator.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::access;

namespace {

report::call_record call(std::int64_t input, std::int64_t output,
                         std::optional<failure_kind> failure = {}, std::int64_t cost = 0) {
  report::call_record out;
  out.failure = failure;
  out.usage.input = token_count{input};
  out.usage.output = token_count{output};
  out.cost = nano_usd{cost};
  return out;
}

} // namespace

TEST_CASE("a request asks for its prompt and the bounds of all its answers") {
  chat_request r;
  r.messages.push_back({chat_role::user, std::string(400, 'x'), {}, {}, {}});
  const token_count prompt = tokens::estimate_input(r).likely;
  CHECK(tokens_asked_by(r) == asked_tokens{prompt, tokens::ordinary_reply});
  r.choices = 4;
  CHECK(tokens_asked_by(r)
        == asked_tokens{prompt, token_count{4 * tokens::ordinary_reply.value()}});
  r.output_tokens_max = token_count{50};
  CHECK(tokens_asked_by(r) == asked_tokens{prompt + token_count{200}, {}});
}

TEST_CASE("texts to embed ask for a quarter of their bytes, or what was counted out") {
  embedding_request r;
  r.inputs = {{std::string(401, 'x'), {}}, {{}, {1, 2, 3}}, {"", {}}};
  CHECK(tokens_asked_by(r) == asked_tokens{token_count{101 + 3}, {}});
}

TEST_CASE("what is taken is the sum of all calls that were made, not the last one's") {
  const token_count asked{1000};
  CHECK_FALSE(taken_tokens({}, asked));
  CHECK(taken_tokens({call(100, 20)}, asked) == token_count{120});
  CHECK(taken_tokens({call(100, 20), call(300, 5), call(40, 2)}, asked) == token_count{467});
  CHECK(taken_tokens({call(0, 0, failure_kind::rate_limited), call(40, 2)}, asked)
        == token_count{42});
  CHECK(taken_tokens({call(100, 7, failure_kind::interrupted, 9), call(40, 2)}, asked)
        == token_count{149});
}

TEST_CASE("a call whose outcome is unknown takes what was asked for") {
  const token_count asked{1000};
  const report::call_record unknown = call(0, 0, failure_kind::timed_out, 5'000);
  CHECK(taken_tokens({unknown}, asked) == asked);
  CHECK(taken_tokens({unknown, call(40, 2)}, asked) == token_count{1042});
}
