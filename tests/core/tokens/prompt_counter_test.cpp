#include "core/tokens/prompt_counter.hpp"

#include "core/json_cursor.hpp"
#include "core/tokens/bpe.hpp"
#include "core/tokens/tool_text.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>

using namespace spillway;
using namespace spillway::tokens;

namespace {

model_entry model_named(const std::string& name) {
  model_entry m;
  m.id = model_id{name};
  m.upstream_name = name;
  m.context_max = token_count{1'000'000};
  return m;
}

chat_role role_of(const std::string& name) {
  if (name == "system")
    return chat_role::system;
  if (name == "assistant")
    return chat_role::assistant;
  return name == "user" ? chat_role::user : chat_role::tool; // "function" too
}

chat_message read_message(std::string_view json) {
  chat_message m;
  for (const json_entry& e : json_entries(json)) {
    if (e.name == "role")
      m.role = role_of(json_text(e.value));
    if (e.name == "content")
      m.text = json_text(e.value);
    if (e.name == "name")
      m.name = json_text(e.value);
    if (e.name == "function_call") {
      tool_call& call = m.tool_calls.emplace_back();
      for (const json_entry& part : json_entries(e.value))
        (part.name == "name" ? call.name : call.arguments_json) = json_text(part.value);
    }
  }
  return m;
}

tool_definition read_tool(std::string_view json) {
  tool_definition t;
  for (const json_entry& e : json_entries(json)) {
    if (e.name == "name")
      t.name = json_text(e.value);
    if (e.name == "description")
      t.description = json_text(e.value);
    if (e.name == "parameters")
      t.parameters_json = e.value;
  }
  return t;
}

std::optional<tool_choice> read_choice(std::string_view json) {
  if (json == "\"none\"")
    return tool_choice{tool_choice_mode::none, {}};
  for (const json_entry& e : json_entries(json))
    return tool_choice{tool_choice_mode::named, json_text(e.value)};
  return std::nullopt;
}

chat_request read_request(std::string_view json) {
  chat_request r;
  for (const json_entry& e : json_entries(json)) {
    if (e.name == "messages")
      for (const std::string_view m : json_elements(e.value))
        r.messages.push_back(read_message(m));
    if (e.name == "functions")
      for (const std::string_view f : json_elements(e.value))
        r.tools.push_back(read_tool(f));
    if (e.name == "function_call")
      r.choice = read_choice(e.value);
  }
  return r;
}

chat_request asking(std::string text) {
  chat_request r;
  r.messages.push_back({chat_role::user, std::move(text), {}, {}, {}});
  return r;
}

} // namespace

TEST_CASE("Prompts count what OpenAI's API reported for them") {
  std::ifstream file{SPILLWAY_TOKEN_FIXTURES "/chat.jsonl"};
  const model_entry model = model_named("gpt-4-0613");
  prompt_counter counter;
  int cases = 0;
  for (std::string line; std::getline(file, line); ++cases) {
    std::int64_t expected = 0;
    chat_request request;
    for (const json_entry& e : json_entries(line)) {
      if (e.name == "prompt_tokens")
        expected = std::stoll(std::string{e.value});
      if (e.name == "request")
        request = read_request(e.value);
    }
    CAPTURE(line);
    const prompt_estimate counted = counter.estimate(model, request);
    CHECK(counted.likely.value() == expected);
    CHECK(counted.at_most.value() >= expected);
  }
  CHECK(cases == 36);
}

TEST_CASE("Tools are written as TypeScript") {
  const tool_definition tools[] = {
      {"look", "Looks", R"({"type":"object","required":["at"],"properties":{
        "at":{"type":"string","description":"What"},
        "how":{"enum":["far","near"],"type":"string"},
        "in":{"type":"array","items":{"type":"object","properties":{"x":{"type":"integer"}}}},
        "or":{"anyOf":[{"type":"number"},{"type":"null"}]},
        "any":{"type":["boolean","null"]}}})"},
      {"stop", "", ""}};
  CHECK(typescript_of(tools) == R"(namespace functions {

// Looks
type look = (_: {
// What
at: string,
how?: "far" | "near",
in?: {
  x?: number,
}[],
or?: number | null,
any?: boolean | null,
}) => any;

type stop = () => any;

} // namespace functions)");
}

TEST_CASE("Schemas that are no schemas count as none") {
  for (const char* json : {"", "null", "[", "{\"properties\":3}", "{\"properties\":{\"a\":1}", "\xff"})
    CHECK(typescript_of(std::array{tool_definition{"f", "", json}})
          == "namespace functions {\n\ntype f = () => any;\n\n} // namespace functions");
}

TEST_CASE("The worst case of an exact count is far below a token a byte, of an estimate it is that") {
  const chat_request request = asking(std::string(100, ' ')
                                      + std::string(3'000, 'x') + " and some prose to go with it");
  prompt_counter counter;
  const prompt_estimate exact = counter.estimate(model_named("gpt-4o"), request);
  CHECK(exact.at_most <= exact.likely + token_count{40});
  const prompt_estimate guessed = counter.estimate(model_named("claude-sonnet-4-5"), request);
  CHECK(guessed.likely < guessed.limit);
  CHECK(guessed.at_most.value() >= 3'100);
}

TEST_CASE("Estimates follow what the provider counts, and the margin shrinks") {
  const model_entry model = model_named("claude-opus-4-7");
  prompt_counter counter;
  const auto request = [](int i) {
    std::string text;
    for (int line = 0; line < 20 + i % 17; ++line)
      text += "Line " + std::to_string(i * line) + " of the report says that all is well.\n";
    return asking(text);
  };
  const auto real = [&](const chat_request& r) {
    return token_count{count(encoding::o200k_base, r.messages[0].text) * 3 / 2 + 11};
  };
  const auto error = [&](int i) {
    const double actual = static_cast<double>(real(request(i)).value());
    return std::abs(static_cast<double>(counter.estimate(model, request(i)).likely.value()) - actual)
           / actual;
  };
  const double before = error(1);
  CHECK(before > 0.1);
  for (int i = 0; i < 100; ++i)
    counter.learn(model, request(i), real(request(i)));
  CHECK(error(3) < 0.03);
  const auto rows = counter.calibrations();
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].samples == 100);
  CHECK(rows[0].deviation < 0.05);
  CHECK(rows[0].drift > 1.1);
}

TEST_CASE("Odd reports do little harm") {
  const model_entry model = model_named("gemini-2.5-flash");
  prompt_counter counter;
  const chat_request request = asking(std::string(40, 'a') + " plain words to be counted here " + std::string(40, 'b'));
  const auto first = counter.estimate(model, request).likely;
  for (const std::int64_t odd : {0LL, -5LL, 1LL, 1'000'000'000LL})
    counter.learn(model, request, token_count{odd});
  CHECK(counter.estimate(model, request).likely == first);
  for (int i = 0; i < 1'000; ++i)
    counter.learn(model, request, first + first + first + first);
  const auto after = counter.estimate(model, request);
  CHECK(after.likely <= first + first + first + token_count{1});
  CHECK(after.likely > token_count{});
}

TEST_CASE("A prompt with an image teaches nothing and counts it by its size") {
  const model_entry model = model_named("gpt-4o");
  prompt_counter counter;
  chat_request request = asking("");
  content_part image;
  image.what = content_part::kind::image;
  image.url = "https://example.org/a.png";
  request.messages[0].parts = {image};
  const auto counted = counter.estimate(model, request);
  CHECK(counted.likely.value() == 765 + 3 + 3 + 1);
  CHECK(counted.at_most.value() >= 1'445);
  counter.learn(model, request, token_count{2'000});
  CHECK(counter.calibrations().empty());
}

TEST_CASE("A conversation that grows is counted once") {
  prompt_counter counter;
  chat_request request;
  for (int turn = 0; turn < 50; ++turn) {
    request.messages.push_back(
        {chat_role::user, "Turn " + std::to_string(turn) + std::string(80, '.'), {}, {}, {}});
    counter.estimate(model_named("gpt-4o"), request);
    counter.estimate(model_named("gpt-4o-mini"), request);
  }
  CHECK(counter.memo().misses() == 50);
}

TEST_CASE("The memory of texts is bounded and keeps what is asked for") {
  text_memo memo{100};
  const std::string kept = "a text that is asked for again and again, of more than 48 bytes";
  const auto expected = count(encoding::o200k_base, kept);
  for (int i = 0; i < 1'000; ++i) {
    memo.count(encoding::o200k_base, "some other text of more than 48 bytes, of number " + std::to_string(i));
    CHECK(memo.count(encoding::o200k_base, kept) == expected);
    CHECK(memo.size() <= 102);
  }
  CHECK(memo.misses() == 1'001);
  CHECK(memo.count(encoding::cl100k_base, kept) == count(encoding::cl100k_base, kept));
  CHECK(memo.misses() == 1'002);
}

TEST_CASE("Texts of the same pieces in another order are other texts") {
  text_memo memo{1'000};
  std::vector<std::string> pieces;
  for (char c = 'a'; c < 'a' + 6; ++c)
    pieces.push_back(std::string(16, c));
  std::uint64_t orders = 0;
  do {
    std::string text;
    for (const std::string& piece : pieces)
      text += piece;
    memo.count(encoding::o200k_base, text);
    memo.count(encoding::o200k_base, text.substr(0, text.size() - 3));
    orders += 1;
  } while (std::ranges::next_permutation(pieces).found);
  CHECK(orders == 720);
  CHECK(memo.misses() == 2 * orders);
}

TEST_CASE("An answer without usage is counted by its model's tokenizer") {
  chat_message answer;
  answer.role = chat_role::assistant;
  answer.text = "The answer is forty-two.";
  CHECK(reply_tokens(model_named("gpt-4o"), answer).value()
        >= count(encoding::o200k_base, answer.text));
}
