#include "core/bounds.hpp"
#include "core/rate/admission.hpp"
#include "core/routing/selection.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::routing;

namespace {

money::model_pricing priced(std::int64_t input, std::int64_t output) {
  return {{{wall_time{}, {input, input, input, output}, {}}}};
}

model_entry entry(const std::string& id, std::int64_t context, std::int64_t output) {
  model_entry m;
  m.id = {id};
  m.provider = {"p"};
  m.upstream_name = id;
  m.context_max = token_count{context};
  m.output_max = token_count{output};
  m.pricing = priced(1'000'000'000, 2'000'000'000);
  return m;
}

/// A token each.
std::string words(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += " word";
  return text;
}

chat_request prompt(std::size_t bytes) {
  chat_request r;
  r.messages.push_back({chat_role::user, words(bytes / 5), {}, {}, {}});
  return r;
}

route over(std::initializer_list<const char*> ids) {
  route r{"test", {}};
  for (const char* id : ids)
    r.models.push_back({id});
  return r;
}

const wall_time today = wall_time_from_unix_nanos(1'795'478'400'000'000'000);

} // namespace

TEST_CASE("candidates keep the order of the route and unknown models are skipped") {
  const catalog models{{entry("a", 1000, 100), entry("b", 1000, 100)}};
  const auto s = select_candidates(models, over({"b", "gone", "a"}), prompt(40), {}, today);
  REQUIRE(s.candidates.size() == 2);
  CHECK(s.candidates[0].model->id.value == "b");
  CHECK(s.candidates[1].model->id.value == "a");
  CHECK(s.rejected.empty());
}

TEST_CASE("a prompt that fills the context is rejected with its figures, a larger model is kept") {
  const catalog models{{entry("small", 1000, 100), entry("large", 100'000, 100)}};
  const auto s = select_candidates(models, over({"small", "large"}), prompt(8000), {}, today);
  REQUIRE(s.candidates.size() == 1);
  CHECK(s.candidates[0].model->id.value == "large");
  REQUIRE(s.rejected.size() == 1);
  CHECK(s.rejected[0].reason == rejection_reason::context_too_long);
  CHECK(s.rejected[0].text.find("1000") != std::string::npos);
}

TEST_CASE("the reply's bound never exceeds the model, the context left, or what the caller asked") {
  const catalog models{{entry("m", 1000, 400)}};
  auto bound = [&](chat_request r) {
    return select_candidates(models, over({"m"}), r, {}, today).candidates.at(0).output_max.value();
  };
  CHECK(bound(prompt(40)) == 400);
  chat_request asked = prompt(40);
  asked.output_tokens_max = token_count{50};
  CHECK(bound(asked) == 50);
  asked.output_tokens_max = token_count{5000};
  CHECK(bound(asked) == 400);
  CHECK(bound(prompt(3200)) < 400);
}

TEST_CASE("a bound we choose ourselves leaves the call room in the token window") {
  model_entry m = entry("m", 100'000, 50'000);
  m.limits.tokens_per_minute = 1000;
  const catalog models{{m}};
  const auto s = select_candidates(models, over({"m"}), prompt(40), {}, today);
  CHECK(s.candidates.at(0).charge.value() == 1000);
}

TEST_CASE("a limit over requests alone asks no call for a bound on its reply") {
  model_entry m = entry("m", 100'000, 50'000);
  m.limits.requests_per_minute = 10;
  const catalog models{{m}};
  const auto s = select_candidates(models, over({"m"}), prompt(40), {}, today);
  REQUIRE(s.candidates.size() == 1);
  CHECK(s.candidates[0].output_max == m.output_max);
  rate::admission limiter{m.limits};
  for (std::uint64_t lease = 1; lease <= 10; ++lease)
    CHECK(limiter.acquire({lease}, {s.candidates[0].charge}, {}).outcome == rate::verdict::granted);
  CHECK(limiter.acquire({11}, {s.candidates[0].charge}, {}).outcome == rate::verdict::wait);
}

TEST_CASE("the worst case counts every byte of the prompt as a token and the whole reply") {
  const catalog models{{entry("m", 100'000, 100)}};
  const auto c = select_candidates(models, over({"m"}), prompt(4000), {}, today).candidates.at(0);
  CHECK(c.worst_cost >= nano_usd{4000 * 1000 + 100 * 2000});
  CHECK(c.input_likely < token_count{2000});
}

TEST_CASE("an answer without usage is counted here, one with an explicit zero is not") {
  const model_entry m = entry("m", 100'000, 500);
  const candidate c{&m, token_count{40}, token_count{500}, {}, {}};
  auto answer = std::make_shared<chat_reply>();
  answer->message = {chat_role::assistant, words(100), {}, {}, {}};
  CHECK(with_usage(c, answer) == answer);
  answer->usage.estimated = true;
  const token_usage counted = with_usage(c, answer)->usage;
  CHECK(counted.estimated);
  CHECK(counted.input == token_count{40});
  CHECK(counted.output >= token_count{100});
  CHECK(counted.output < token_count{150});
  answer->message.text = words(2000);
  CHECK(with_usage(c, answer)->usage.output == token_count{500});
}

TEST_CASE("a reply is cut to what the money pays for, if its bound is ours") {
  const catalog models{{entry("m", 100'000, 5000)}};
  chat_request request = prompt(400);
  const auto c = select_candidates(models, over({"m"}), request, {}, today).candidates.at(0);
  REQUIRE(c.least_cost);
  CHECK(*c.least_cost < c.worst_cost);
  CHECK(shortened(c, request, c.worst_cost, today).output_max == c.output_max);
  const candidate least = shortened(c, request, *c.least_cost, today);
  CHECK(least.output_max == token_count{bounds::output_useful_min});
  CHECK(least.worst_cost == *c.least_cost);
  CHECK(least.charge == c.charge - c.output_max + least.output_max);
  const candidate half = shortened(c, request, c.worst_cost - nano_usd{1000 * 2000}, today);
  CHECK(half.output_max == c.output_max - token_count{1000});

  request.output_tokens_max = token_count{3000};
  CHECK_FALSE(select_candidates(models, over({"m"}), request, {}, today)
                  .candidates.at(0)
                  .least_cost.has_value());
}

TEST_CASE("several answers take their whole number of replies of money and windows") {
  const catalog models{{entry("m", 100'000, 5000)}};
  const auto taken_by = [&](int answers, std::optional<std::int64_t> bound) {
    chat_request request = prompt(400);
    request.choices = answers;
    if (bound)
      request.output_tokens_max = token_count{*bound};
    return select_candidates(models, over({"m"}), request, {}, today).candidates.at(0);
  };
  for (const int answers : {1, 2, 7, 128}) {
    INFO(answers);
    const candidate one = taken_by(1, 300);
    const candidate all = taken_by(answers, 300);
    const std::int64_t more = 300 * (answers - 1);
    CHECK(all.output_max == token_count{300});
    CHECK(all.charge.value() == one.charge.value() + more);
    CHECK(all.worst_cost == one.worst_cost + nano_usd{2000 * more});
    CHECK(asked_charge(all).tokens.most == asked_charge(one).tokens.most + more);
    CHECK(asked_charge(all).input == asked_charge(one).input);
    CHECK(asked_charge(all).output.most == 300 * answers);
    CHECK(*all.likely_cost == *one.likely_cost + nano_usd{2000 * more});
  }
  CHECK(taken_by(0, 300).worst_cost == taken_by(1, 300).worst_cost);
  CHECK(taken_by(-5, 300).charge == taken_by(1, 300).charge);
}

TEST_CASE("whatever money there is for several answers, they are cut so that all of them fit") {
  const catalog models{{entry("m", 100'000, 5000)}};
  for (const int answers : {1, 2, 3, 10}) {
    chat_request request = prompt(400);
    request.choices = answers;
    const auto c = select_candidates(models, over({"m"}), request, {}, today).candidates.at(0);
    REQUIRE(c.least_cost);
    const std::int64_t step = (c.worst_cost - *c.least_cost).value() / 50;
    for (nano_usd room = *c.least_cost; room < c.worst_cost; room += nano_usd{step}) {
      const candidate cut = shortened(c, request, room, today);
      const std::int64_t all = cut.output_max.value() * answers;
      const auto cost = money::worst_case_cost({c.input_most, token_count{all}, {}, false, false},
                                               c.model->pricing, today);
      CHECK(*cost <= room);
      CHECK(cut.output_max >= token_count{bounds::output_useful_min});
      CHECK(asked_charge(cut).tokens.most == c.input_charge.value() + all);
    }
  }
}

TEST_CASE("a bound we choose for several answers leaves all of them room in the token window") {
  model_entry m = entry("m", 100'000, 50'000);
  m.limits.tokens_per_minute = 1000;
  const catalog models{{m}};
  chat_request request = prompt(40);
  for (request.choices = 1; request.choices <= bounds::choices_max; ++request.choices) {
    const auto c = select_candidates(models, over({"m"}), request, {}, today).candidates.at(0);
    CHECK(c.output_max >= token_count{1});
    CHECK(c.charge.value() <= 1000);
  }
}

TEST_CASE("of several answers without usage each is counted") {
  const model_entry m = entry("m", 100'000, 500);
  const candidate c{&m, token_count{40}, token_count{500}, {}, {}};
  chat_reply answer;
  answer.usage.estimated = true;
  answer.message = {chat_role::assistant, words(100), {}, {}, {}};
  const token_count one = with_usage(c, std::make_shared<chat_reply>(answer))->usage.output;
  answer.alternatives.push_back({answer.message, {}});
  answer.alternatives.push_back({{chat_role::assistant, words(9000), {}, {}, {}}, {}});
  const auto all = with_usage(c, std::make_shared<chat_reply>(answer))->usage.output;
  CHECK(all == one + one + token_count{500});
}

TEST_CASE("several answers are asked of models that give them, and a request learns if none does") {
  model_entry once = entry("once", 1000, 100);
  once.can.several_answers = false;
  const catalog models{{once, entry("often", 1000, 100)}};
  chat_request request = prompt(40);
  request.choices = 2;
  const auto s = select_candidates(models, over({"once", "often"}), request, {}, today);
  REQUIRE(s.candidates.size() == 1);
  CHECK(s.candidates[0].model->id.value == "often");
  REQUIRE(s.rejected.size() == 1);
  CHECK(s.rejected[0].reason == rejection_reason::lacks_capability);
  CHECK(s.rejected[0].text == "once: gives one answer to a request, not 2");
  const auto none = select_candidates(models, over({"once"}), request, {}, today);
  CHECK(none.candidates.empty());
  CHECK(status_of(none) == completion_status::invalid_request);
}

TEST_CASE("a model charged on input alone takes no room for the reply") {
  model_entry m = entry("m", 100'000, 5000);
  m.charged_as = token_charge::input_only;
  const catalog models{{m}};
  const auto c = select_candidates(models, over({"m"}), prompt(400), {}, today).candidates.at(0);
  CHECK(c.charge == c.input_charge);
  CHECK(settled_charge(m, c.charge, {token_count{90}, {}, {}, token_count{700}, {}, false})
        == token_count{90});
}

TEST_CASE("a window over input counts what no cache had of the prompt") {
  token_usage usage{token_count{1'000}, token_count{900}, token_count{60}, token_count{7}, {}, false};
  const rate::charge settled = settled_parts(token_count{1'000}, usage);
  CHECK(settled.tokens == rate::amount{1'000, 0, 1'000});
  CHECK(settled.input == rate::amount{100, 0, 1'000});
  CHECK(settled.output == rate::amount{7, 0, 7});
}

TEST_CASE("an up-front charge is never given back and grows if the provider used more") {
  const model_entry m = entry("m", 1000, 100);
  const token_usage less{token_count{10}, {}, {}, token_count{5}, {}, false};
  const token_usage more{token_count{100}, {}, {}, token_count{80}, {}, false};
  CHECK(settled_charge(m, token_count{120}, less) == token_count{120});
  CHECK(settled_charge(m, token_count{120}, more) == token_count{180});
}

TEST_CASE("without a price a model is refused unless it is allowed") {
  model_entry m = entry("m", 1000, 100);
  m.pricing = {};
  const catalog models{{m}};
  const auto refused = select_candidates(models, over({"m"}), prompt(40), {}, today);
  CHECK(refused.candidates.empty());
  CHECK(refused.rejected.at(0).reason == rejection_reason::unknown_price);
  const selection_policy allow{true, {{"m"}}, {}};
  const auto allowed = select_candidates(models, over({"m"}), prompt(40), allow, today);
  CHECK(allowed.candidates.at(0).worst_cost == nano_usd{0});
}

TEST_CASE("a model that cannot do what a request needs is rejected by name, whatever its place") {
  model_entry plain = entry("plain", 100'000, 100);
  plain.can.tools = false;
  plain.can.input = {modality::text};
  const catalog models{{plain, entry("able", 100'000, 100)}};
  chat_request r = prompt(40);
  r.tools.push_back({"read", "", ""});
  const auto s = select_candidates(models, over({"plain", "able"}), r, {}, today);
  REQUIRE(s.candidates.size() == 1);
  CHECK(s.candidates[0].model->id.value == "able");
  CHECK(s.rejected.at(0).reason == rejection_reason::lacks_capability);
  CHECK(reasons(s) == "plain: has no tools");
  const auto none = select_candidates(models, over({"plain"}), r, {}, today);
  CHECK(status_of(none) == completion_status::invalid_request);
}

TEST_CASE("a bound on the prompt alone counts beside the context") {
  model_entry m = entry("m", 10'000, 1000);
  m.input_max = token_count{2000};
  const catalog models{{m}};
  CHECK(select_candidates(models, over({"m"}), prompt(4000), {}, today).candidates.size() == 1);
  const auto s = select_candidates(models, over({"m"}), prompt(12'000), {}, today);
  CHECK(s.candidates.empty());
  CHECK(reasons(s).find("of which the prompt 2000") != std::string::npos);
}

TEST_CASE("texts to embed take what their exact count costs, and go to models that embed") {
  model_entry small = entry("text-embedding-3-small", 100, 0);
  small.can.kind = model_kind::embedding;
  const catalog models{{small, entry("chat", 100'000, 100)}};
  const route both = over({"chat", "text-embedding-3-small"});
  embedding_request r;
  r.inputs = {{words(60), {}}, {words(50), {}}};
  const auto s = select_candidates(models, both, r, {}, today);
  REQUIRE(s.candidates.size() == 1);
  CHECK(s.candidates[0].input_likely == token_count{110});
  CHECK(s.candidates[0].worst_cost >= nano_usd{110'000});
  CHECK(s.candidates[0].worst_cost < nano_usd{110'010}); // each part of a price is rounded up
  CHECK(s.candidates[0].output_max == token_count{});
  CHECK(reasons(s) == "chat: is a model for chat, not for embeddings");
  SECTION("each input has to fit the context by itself") {
    r.inputs.push_back({words(101), {}});
    const auto none = select_candidates(models, both, r, {}, today);
    CHECK(none.candidates.empty());
    CHECK(status_of(none) == completion_status::context_too_long);
  }
  SECTION("tokens counted out are of use only where we know the encoding") {
    model_entry other = small;
    other.id = {"other"};
    other.upstream_name = "gemini-embedding-001";
    r.inputs = {{"", {1, 2, 3}}};
    const catalog two{{small, other}};
    const auto t = select_candidates(two, over({"other", "text-embedding-3-small"}), r, {}, today);
    REQUIRE(t.candidates.size() == 1);
    CHECK(t.candidates[0].charge == token_count{3});
    CHECK(reasons(t) == "other: takes texts, not tokens counted out");
  }
}

TEST_CASE("a call dearer than what its request may still cost is none") {
  const catalog models{{entry("m", 10'000, 1000)}};
  chat_request r = prompt(40);
  r.output_tokens_max = token_count{10};
  const candidate c = select_candidates(models, over({"m"}), r, {}, today).candidates.at(0);
  CHECK_FALSE(is_over_own_cap(c, c.worst_cost));
  CHECK(is_over_own_cap(c, c.worst_cost - nano_usd{1}));
}

TEST_CASE("a model may be asked for by any of its names") {
  const catalog models{{entry("gpt-4o", 1000, 100)}};
  const auto r = route_of_name(models, "gpt-4o-2024-08-06");
  REQUIRE(r);
  CHECK(r->models == std::vector<model_id>{{"gpt-4o"}});
  CHECK_FALSE(route_of_name(models, "gpt-4"));
}
