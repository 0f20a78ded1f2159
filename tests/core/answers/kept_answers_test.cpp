#include "core/answers/kept_answers.hpp"
#include "core/bounds.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <random>

using namespace spillway;
using namespace spillway::answers;
using namespace std::chrono_literals;

namespace {

mono_time at(duration d) {
  return mono_time{1h} + d;
}

chat_request hello() {
  chat_request r;
  r.messages.push_back({chat_role::user, "hello", {}, {}, {}});
  return r;
}

question asked(chat_request r = hello()) {
  question q;
  q.tenant = {"", "search-bot", "search"};
  q.target = "default";
  q.models = {{"a"}, {"b"}};
  q.chat = std::make_shared<const chat_request>(std::move(r));
  return q;
}

kept_answer said(const std::string& text) {
  auto reply = std::make_shared<chat_reply>();
  reply->message = {chat_role::assistant, text, {}, {}, {}};
  return {{std::move(reply), nullptr}, {"a"}};
}

keeping_policy room_for(std::size_t kib) {
  return {kib * 1024, 10min};
}

} // namespace

TEST_CASE("the same question gets the same answer, until its time is over") {
  kept_answers kept{room_for(64)};
  CHECK(kept.find(asked(), at(0s)) == nullptr);
  REQUIRE(kept.keep(asked(), said("hi"), at(0s)));
  const kept_answer* const found = kept.find(asked(), at(10min - 1ns));
  REQUIRE(found != nullptr);
  CHECK(found->answer.chat->message.text == "hi");
  CHECK(found->model.value == "a");
  CHECK(kept.find(asked(), at(10min)) == nullptr);
  CHECK(kept.size() == 0);
  CHECK(kept.bytes() == 0);
}

TEST_CASE("a later answer takes the place of an earlier one") {
  kept_answers kept{room_for(64)};
  kept.keep(asked(), said("old"), at(0s));
  kept.keep(asked(), said("new"), at(9min));
  CHECK(kept.size() == 1);
  REQUIRE(kept.find(asked(), at(15min)) != nullptr);
  CHECK(kept.find(asked(), at(15min))->answer.chat->message.text == "new");
}

TEST_CASE("whatever may change an answer makes another question") {
  kept_answers kept{room_for(64)};
  kept.keep(asked(), said("hi"), at(0s));
  const auto other = [](const std::function<void(question&)>& change) {
    question q = asked();
    change(q);
    return q;
  };
  const auto with = [](const std::function<void(chat_request&)>& change) {
    chat_request r = hello();
    change(r);
    return asked(std::move(r));
  };
  const std::vector<question> others{
      other([](question& q) { q.tenant[0] = "another key of the configuration"; }),
      other([](question& q) { q.tenant[1] = "billing-bot"; }),
      other([](question& q) { q.tenant[2] = "billing"; }),
      other([](question& q) { q.target = "a"; }),
      other([](question& q) { q.models.pop_back(); }),
      other([](question& q) { q.task_type = "code_review"; }),
      other([](question& q) { q.quality = routing::preference::cost; }),
      other([](question& q) { q.quality_floor = 0.5; }),
      other([](question& q) { q.allow_fallback = false; }),
      other([](question& q) { q.strategy = context::strategy::truncate; }),
      with([](chat_request& r) { r.messages[0].text += "?"; }),
      with([](chat_request& r) { r.messages[0].role = chat_role::system; }),
      with([](chat_request& r) { r.messages[0].parts.push_back({}); }),
      with([](chat_request& r) { r.tools.push_back({"f", "", ""}); }),
      with([](chat_request& r) { r.choice = tool_choice{tool_choice_mode::none, ""}; }),
      with([](chat_request& r) { r.output_tokens_max = token_count{5}; }),
      with([](chat_request& r) { r.temperature = 0; }),
      with([](chat_request& r) { r.top_p = 1; }),
      with([](chat_request& r) { r.seed = 7; }),
      with([](chat_request& r) { r.stop = {"."}; }),
      with([](chat_request& r) { r.response_schema_json = "{}"; }),
      with([](chat_request& r) { r.effort = reasoning_effort::low; }),
      with([](chat_request& r) { r.logprobs = true; }),
      with([](chat_request& r) { r.user = "ann"; }),
      with([](chat_request& r) { r.foreign = {"openai", R"({"logit_bias":{}})"}; }),
  };
  for (std::size_t i = 0; i < others.size(); ++i) {
    INFO(i);
    CHECK(kept.find(others[i], at(1s)) == nullptr);
  }
  CHECK(kept.find(asked(), at(1s)) != nullptr);
}

TEST_CASE("texts to embed are questions, too, and vectors their answers") {
  kept_answers kept{room_for(64)};
  const auto texts = [](std::vector<embedding_input> inputs, std::int64_t dimensions) {
    question q;
    q.target = "e";
    q.embedding = std::make_shared<const embedding_request>(
        embedding_request{std::move(inputs), dimensions});
    return q;
  };
  auto vectors = std::make_shared<embedding_reply>();
  vectors->vectors = {{0.5F, 0.25F}};
  CHECK(kept.keep(texts({{"a"}}, 2), {{nullptr, vectors}, {"e"}}, at(0s)));
  CHECK(kept.find(texts({{"a"}}, 2), at(0s)) != nullptr);
  CHECK(kept.find(texts({{"a"}}, 3), at(0s)) == nullptr);
  CHECK(kept.find(texts({{"", {97}}}, 2), at(0s)) == nullptr);
}

TEST_CASE("what is cut, filtered, declined, one of several or huge is not kept") {
  kept_answers kept{room_for(64 * 1024)};
  const auto is_kept = [&](const std::function<void(chat_reply&)>& change,
                           chat_request request = hello()) {
    chat_reply reply = *said("hi").answer.chat;
    change(reply);
    return kept.keep(asked(std::move(request)),
                     {{std::make_shared<const chat_reply>(std::move(reply)), nullptr}, {"a"}},
                     at(0s));
  };
  CHECK(is_kept([](chat_reply&) {}));
  CHECK(is_kept([](chat_reply& r) { r.finish = finish_reason::tool_calls; }));
  CHECK_FALSE(is_kept([](chat_reply& r) { r.finish = finish_reason::length; }));
  CHECK_FALSE(is_kept([](chat_reply& r) { r.finish = finish_reason::content_filter; }));
  CHECK_FALSE(is_kept([](chat_reply& r) { r.refusal = "no"; }));
  CHECK_FALSE(is_kept([](chat_reply& r) { r.alternatives.push_back({}); }));
  CHECK_FALSE(is_kept(
      [](chat_reply& r) { r.message.text.assign(bounds::answer_kept_bytes_max, 'x'); }));
  chat_request several = hello();
  several.choices = 2;
  CHECK_FALSE(is_kept([](chat_reply&) {}, several));
}

TEST_CASE("an answer that would take more than its share of the room is not kept") {
  kept_answers kept{room_for(16)};
  chat_request large = hello();
  large.messages[0].text.assign(4 * 1024, 'x');
  CHECK_FALSE(kept.keep(asked(large), said("hi"), at(0s)));
  CHECK(kept_answers{{}}.keep(asked(), said("hi"), at(0s)) == false);
}

TEST_CASE("the answers used longest ago make room, and the room is never exceeded") {
  const keeping_policy policy = room_for(64);
  kept_answers kept{policy};
  const auto number = [](int i) {
    chat_request r = hello();
    r.messages[0].text = std::to_string(i);
    return asked(std::move(r));
  };
  std::mt19937 chance{5};
  for (int i = 0; i < 500; ++i) {
    kept.keep(number(i), said(std::string(chance() % 3'000, 'x')), at(i * 1s));
    CHECK(kept.find(number(0), at(i * 1s)) != nullptr); // asked again and again
    REQUIRE(kept.bytes() <= policy.bytes_max);
  }
  CHECK(kept.dropped() > 400);
  CHECK(kept.find(number(499), at(500s)) != nullptr);
  CHECK(kept.find(number(1), at(500s)) == nullptr);
}
