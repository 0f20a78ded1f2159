#include "core/context/fit.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace spillway;
using namespace spillway::context;

namespace {

const prompt_ruler gpt{"gpt-4o"};

chat_message turn(chat_role role, std::string text) {
  return {role, std::move(text), {}, {}, {}};
}

/// About `tokens` tokens of prose in which no two sentences are alike.
std::string prose(std::int64_t tokens, const std::string& about = "rivers") {
  std::string text;
  for (int i = 1; gpt.tokens(text) < tokens; ++i)
    text += "Sentence " + std::to_string(i) + " tells of " + about + " and dams. ";
  return text;
}

model_entry model(const std::string& id, std::int64_t context, std::int64_t input_price) {
  model_entry m;
  m.id = {id};
  m.upstream_name = "gpt-4o";
  m.context_max = token_count{context};
  m.output_max = token_count{context / 4};
  m.pricing = {{{wall_time{}, {input_price, input_price, input_price, input_price}, {}}}};
  return m;
}

chat_request long_talk(int turns) {
  chat_request r;
  r.messages.push_back(turn(chat_role::system, "You are brief."));
  r.messages.push_back(turn(chat_role::user, "TASK: name the dams."));
  for (int i = 0; i < turns; ++i) {
    chat_message call = turn(chat_role::assistant, "");
    call.tool_calls.push_back({"c" + std::to_string(i), "look", "{\"n\":1}"});
    r.messages.push_back(call);
    r.messages.push_back({chat_role::tool, prose(100, "river " + std::to_string(i)), {}, {},
                          "c" + std::to_string(i)});
  }
  r.messages.push_back(turn(chat_role::user, "NEWEST: which is the tallest?"));
  return r;
}

bool calls_have_results(const chat_request& r) {
  std::vector<std::string> open;
  for (const chat_message& m : r.messages) {
    if (m.role == chat_role::tool) {
      if (open.empty() || open.front() != m.tool_call_id)
        return false;
      open.erase(open.begin());
      continue;
    }
    if (!open.empty())
      return false;
    for (const tool_call& c : m.tool_calls)
      open.push_back(c.id);
  }
  return open.empty();
}

} // namespace

TEST_CASE("a prompt that fits is left alone") {
  const chat_request r = long_talk(3);
  const auto t = truncate(r, 100'000, gpt);
  REQUIRE(t);
  CHECK(t->request.messages == r.messages);
  CHECK(t->losses.empty());
}

TEST_CASE("truncation keeps system prompt, task and newest turns, and says what it left out") {
  const chat_request r = long_talk(20);
  const std::int64_t room = 900;
  const auto t = truncate(r, room, gpt);
  REQUIRE(t);
  CHECK(gpt.tokens(t->request) <= room);
  CHECK(t->request.messages[0] == r.messages[0]);
  CHECK(t->request.messages[1] == r.messages[1]);
  CHECK(t->request.messages[2].text.find("left out") != std::string::npos);
  CHECK(t->request.messages.back() == r.messages.back());
  CHECK(t->request.messages[t->request.messages.size() - 2] == r.messages[r.messages.size() - 2]);
  REQUIRE(t->losses.size() == 1);
  CHECK(t->losses[0].tokens > 500);
  CHECK(describe(t->losses).find("earlier turns") != std::string::npos);
}

TEST_CASE("whatever the room, truncation stays within it and parts no call from its results") {
  std::minstd_rand random{7};
  for (int i = 0; i < 200; ++i) {
    const chat_request r = long_talk(1 + static_cast<int>(random() % 12));
    const auto room = static_cast<std::int64_t>(60 + random() % 1500);
    const auto t = truncate(r, room, gpt);
    INFO(room);
    if (!t)
      continue;
    CHECK(gpt.tokens(t->request) <= room);
    CHECK(calls_have_results(t->request));
    CHECK(t->request.messages[0] == r.messages[0]);
  }
}

TEST_CASE("a newest turn that is too long by itself loses its middle") {
  chat_request r;
  r.messages.push_back(turn(chat_role::user, "FIRST WORDS. " + prose(4000) + " LAST WORDS."));
  const auto t = truncate(r, 600, gpt);
  REQUIRE(t);
  CHECK(gpt.tokens(t->request) <= 600);
  const std::string& text = t->request.messages[0].text;
  CHECK(text.starts_with("FIRST WORDS."));
  CHECK(text.ends_with("LAST WORDS."));
  CHECK(text.find("tokens left out") != std::string::npos);
}

TEST_CASE("what no cut can make fit is refused, not sent") {
  chat_request r = long_talk(1);
  r.tools.push_back({"huge", prose(2000), {}});
  CHECK_FALSE(truncate(r, 1000, gpt));
}

TEST_CASE("a call whose arguments alone are too long is refused or left out, never cut into") {
  chat_request r = long_talk(2);
  chat_message call = turn(chat_role::assistant, "");
  call.tool_calls.push_back({"big", "write", "{\"text\":\"" + prose(3000) + "\"}"});
  r.messages.push_back(call);
  r.messages.push_back({chat_role::tool, "written", {}, {}, "big"});
  // The newest turn: nothing after it could do without.
  CHECK_FALSE(truncate(r, 1000, gpt));
  r.messages.push_back(turn(chat_role::user, "And now?"));
  const auto t = truncate(r, 1000, gpt);
  REQUIRE(t);
  CHECK(gpt.tokens(t->request) <= 1000);
  CHECK(calls_have_results(t->request));
  for (const chat_message& m : t->request.messages)
    for (const tool_call& c : m.tool_calls)
      CHECK(c.id != "big");
}

TEST_CASE("schemas of tools count as what they take") {
  chat_request r = long_talk(20);
  const std::int64_t room = 1500;
  const auto without = truncate(r, room, gpt);
  r.tools.push_back({"look", prose(400), R"({"type":"object","properties":{"n":{"type":"integer"}}})"});
  const auto with = truncate(r, room, gpt);
  REQUIRE((without && with));
  CHECK(gpt.tokens(with->request) <= room);
  CHECK(with->request.messages.size() < without->request.messages.size());
}

TEST_CASE("characters of several bytes are never cut apart") {
  chat_request r;
  std::string text;
  for (int i = 0; i < 3000; ++i)
    text += i % 7 == 0 ? "。" : "水";
  r.messages.push_back(turn(chat_role::user, text));
  for (std::int64_t room = 200; room < 260; ++room) {
    const auto t = truncate(r, room, gpt);
    REQUIRE(t);
    for (const char* mark : {"水", "。"})
      CHECK(t->request.messages[0].text.find(mark) != std::string::npos);
    CHECK(t->request.messages[0].text.find("\xEF\xBF\xBD") == std::string::npos);
    CHECK(gpt.tokens(t->request) <= room);
  }
}

TEST_CASE("compression takes blanks, repeats and old results, and keeps what code means") {
  chat_request r;
  const std::string block = prose(120, "valves");
  r.messages.push_back(turn(chat_role::user, "a   \n\n\n\n    indented\n==========================\n"));
  r.messages.push_back(turn(chat_role::user, block + "\n\n" + block + "\n\n"));
  chat_message call = turn(chat_role::assistant, "");
  call.tool_calls.push_back({"c1", "look", "{}"});
  r.messages.push_back(call);
  r.messages.push_back({chat_role::tool, prose(3000, "logs"), {}, {}, "c1"});
  r.messages.push_back(turn(chat_role::user, "and now?"));
  const auto c = compress(r, gpt);
  CHECK(c.request.messages.size() == r.messages.size());
  CHECK(c.request.messages[0].text == "a\n\n    indented\n========\n");
  CHECK(c.request.messages[1].text.find("bytes as above]") != std::string::npos);
  CHECK(gpt.tokens(c.request.messages[3].text) <= 500);
  CHECK(c.losses.size() == 3);
}

TEST_CASE("the newest tool result is never shortened by compression") {
  chat_request r;
  r.messages.push_back(turn(chat_role::user, "look"));
  chat_message call = turn(chat_role::assistant, "");
  call.tool_calls.push_back({"c1", "look", "{}"});
  r.messages.push_back(call);
  r.messages.push_back({chat_role::tool, prose(3000, "logs"), {}, {}, "c1"});
  CHECK(compress(r, gpt).request.messages == r.messages);
}

TEST_CASE("pieces end at natural borders, overlap, and hold all of the text") {
  std::string text;
  for (int i = 0; i < 40; ++i)
    text += "Paragraph " + std::to_string(i) + ". " + prose(60, "lake " + std::to_string(i)) + "\n\n";
  const auto pieces = split_text(text, 400, 30, gpt);
  REQUIRE(pieces.size() > 5);
  std::size_t at = 0;
  for (const std::string& piece : pieces) {
    CHECK(gpt.tokens(piece) <= 400);
    const std::size_t found = text.find(piece);
    REQUIRE(found != std::string::npos);
    CHECK(found <= at);
    at = found + piece.size();
  }
  CHECK(at == text.size());
  CHECK(pieces.front().ends_with("\n\n"));
}

TEST_CASE("a text without borders is split all the same") {
  const std::string text(20'000, 'x');
  std::size_t total = 0;
  for (const std::string& piece : split_text(text, 200, 0, gpt)) {
    CHECK(gpt.tokens(piece) <= 200);
    total += piece.size();
  }
  CHECK(total == text.size());
}

TEST_CASE("chunks carry the task to every part, and the answers are combined for it") {
  chat_request r;
  r.messages.push_back(turn(chat_role::system, "You are brief."));
  r.messages.push_back(turn(chat_role::user, "Count the lakes.\n\n" + prose(5000) + "\n\nBe exact."));
  const auto plan = plan_chunks(r, 2000, gpt);
  REQUIRE(plan);
  CHECK(plan->parts.size() >= 3);
  for (const chat_request& part : plan->parts) {
    CHECK(gpt.tokens(part) <= 2000);
    CHECK(part.messages[0] == r.messages[0]);
    CHECK(part.messages[1].text.find("Count the lakes.") != std::string::npos);
    CHECK(part.messages[1].text.find("Be exact.") != std::string::npos);
  }
  const chat_request last = combine(r, *plan, {"three", "four"});
  CHECK(last.messages.front() == r.messages.front());
  CHECK(last.messages.back().text.find("[Answer to part 2]\nfour") != std::string::npos);
}

TEST_CASE("each strategy does what it says, and auto loses nothing if it need not") {
  tokens::prompt_counter counter;
  const model_entry small = model("small", 2000, 1000);
  const model_entry large = model("large", 100'000, 5000);
  const std::vector<const model_entry*> both{&small, &large}, alone{&small};
  const chat_request r = long_talk(30);
  const auto what = [&](strategy s, const auto& models) { 
    return fit(r, s, models, {}, counter).what;
  };
  CHECK(fit(long_talk(1), strategy::error, alone, {}, counter).what == outcome::as_it_is);
  CHECK(what(strategy::error, both) == outcome::refused);
  CHECK(what(strategy::fallback, both) == outcome::larger_model);
  CHECK(what(strategy::fallback, alone) == outcome::refused);
  CHECK(what(strategy::truncate, both) == outcome::truncated);
  CHECK(what(strategy::automatic, alone) == outcome::truncated);
  chat_request one;
  one.messages.push_back(turn(chat_role::user, "Sum up.\n\n" + prose(6000)));
  CHECK(fit(one, strategy::automatic, alone, {}, counter).what == outcome::chunked);
  CHECK(fit(one, strategy::automatic, both, {}, counter).what == outcome::larger_model);
  const auto told = fit(r, strategy::truncate, alone, {}, counter);
  CHECK(told.explanation.find("left out") != std::string::npos);
  CHECK(told.request);
}

TEST_CASE("auto compresses where that reads for less than a larger model") {
  tokens::prompt_counter counter;
  const model_entry small = model("small", 2000, 1000);
  const model_entry large = model("large", 100'000, 5000);
  chat_request r;
  const std::string block = prose(700);
  r.messages.push_back(turn(chat_role::user, block + "\n\n" + block + "\n\n" + block + "\n\n"));
  CHECK(fit(r, strategy::automatic, {&small, &large}, {}, counter).what == outcome::compressed);
}

TEST_CASE("A prompt is made no longer than its model's token window lets through") {
  model_entry m = model("m", 8'000, 1);
  const chat_request request = long_talk(0);
  CHECK(prompt_room(m, request) == 6'000);
  m.limits.tokens_per_minute = 20'000;
  CHECK(prompt_room(m, request) == 6'000);
  m.limits.tokens_per_minute = 5'000;
  CHECK(prompt_room(m, request) == 4'500);
  chat_request bounded = request;
  bounded.output_tokens_max = token_count{1'000};
  CHECK(prompt_room(m, bounded) == 3'500);
  m.charged_as = token_charge::input_only;
  CHECK(prompt_room(m, bounded) == 4'500);
}

TEST_CASE("a prompt is cut by what its provider is known to count") {
  model_entry small = model("small", 4'000, 1);
  small.upstream_name = "claude-sonnet-4-5"; // whose tokens are estimated
  const prompt_ruler untaught{small.upstream_name};
  tokens::prompt_counter counter;
  for (int i = 0; i < 50; ++i) {
    chat_request taught;
    taught.messages.push_back(turn(chat_role::user, prose(200 + 40 * i)));
    counter.learn(small, taught, token_count{untaught.tokens(taught) * 13 / 10});
  }
  chat_request r = long_talk(0);
  while (untaught.tokens(r) < 3'500)
    r.messages[1].text += prose(200);
  REQUIRE(untaught.tokens(r) < 3'900);
  REQUIRE(counter.estimate(small, r).likely > small.context_max);
  for (const strategy how : {strategy::truncate, strategy::chunk}) {
    INFO(static_cast<int>(how));
    const fitted_prompt fitted = fit(r, how, {&small}, {}, counter);
    const std::vector<chat_request> sent =
        fitted.plan ? fitted.plan->parts : std::vector{fitted.request.value_or(r)};
    CHECK(fitted.what == (how == strategy::chunk ? outcome::chunked : outcome::truncated));
    for (const chat_request& part : sent)
      CHECK(counter.estimate(small, part).likely.value() <= prompt_room(small, r));
  }
}

TEST_CASE("a prompt is made no longer than its model takes, whatever the context holds beside") {
  model_entry small = model("small", 4'000, 1);
  small.input_max = token_count{1'000};
  tokens::prompt_counter counter;
  chat_request r = long_talk(0);
  r.messages[1].text += prose(2'000);
  CHECK(fit(r, strategy::error, {&small}, {}, counter).what == outcome::refused);
  const fitted_prompt fitted = fit(r, strategy::truncate, {&small}, {}, counter);
  REQUIRE(fitted.request);
  CHECK(counter.estimate(small, *fitted.request).likely.value() <= 1'000);
}
