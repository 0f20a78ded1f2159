#include "wire/run_answer_json.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;

TEST_CASE("An answer is one line that programs read, with its cost to the nano-dollar", "[wire]") {
  report::run_answer a;
  a.text = "two\nlines \"quoted\"";
  a.model = {"gpt-4o"};
  a.finish = finish_reason::stop;
  a.input = token_count{12};
  a.output = token_count{34};
  a.cost = nano_usd{1'234'567'891};
  a.waited = std::chrono::milliseconds{5};
  a.budget_left = nano_usd{5'000'000'000};
  report::call_record failed;
  failed.model = {"gemini"};
  failed.failure = failure_kind::rate_limited;
  a.calls = {failed};
  const std::string line = wire::encode_run_answer(a);
  CHECK(line.find('\n') == std::string::npos);
  CHECK(line.find("\"cost_usd\":1.234567891") != std::string::npos);
  const auto out = nlohmann::json::parse(line);
  CHECK(out["status"] == "answered");
  CHECK(out["text"] == "two\nlines \"quoted\"");
  CHECK(out["finish_reason"] == "stop");
  CHECK(out["waited_ms"] == 5);
  CHECK(out["budget_left_usd"] == 5);
  CHECK(out["calls"][0]["model"] == "gemini");
  CHECK(out["calls"][0]["failure"] == "rate_limited");
  CHECK(out["reason"].is_null());
  CHECK(out["retry_after_s"].is_null());
}

TEST_CASE("A refusal says in the same line why there is no answer, and when to come again",
          "[wire]") {
  report::run_answer a;
  a.status = completion_status::rate_limited;
  a.reason = "no room";
  a.retry_after = std::chrono::seconds{30};
  const auto out = nlohmann::json::parse(wire::encode_run_answer(a));
  CHECK(out["status"] == "rate_limited");
  CHECK(out["reason"] == "no room");
  CHECK(out["retry_after_s"] == 30);
  CHECK(out["model"].is_null());
  CHECK(out["finish_reason"].is_null());
  CHECK(out["budget_left_usd"].is_null());
}
