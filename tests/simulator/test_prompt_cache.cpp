#include "simulator/prompt_cache.hpp"
#include "simulator/token_size.hpp"
#include "tests/simulator/conversation.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::simulator;
using namespace std::chrono_literals;

namespace {

const mono_time start{1h};

/// Two tokens a word.
std::string words(int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += "river ";
  return text;
}

chat_request marked(const std::string& system, const std::string& question,
                    cache_mark mark = cache_mark::five_minutes) {
  chat_request request;
  request.messages = {{chat_role::system, system, {}, {}, {}}, testing::user(question)};
  request.messages[0].cache = mark;
  return request;
}

} // namespace

TEST_CASE("a prompt is written up to its mark once, and read from then on") {
  prompt_cache cache{token_count{100}};
  const chat_request first = marked(words(500), "a");
  const token_count size = billed_tokens(first.messages[0].text);
  const cache_use missed = cache.look_up(first, start);
  CHECK(missed.read == token_count{});
  CHECK(missed.written == size);
  cache.keep(first, start, start + 1s);
  CHECK(cache.look_up(first, start).read == token_count{}); // its answer has not begun
  const cache_use hit = cache.look_up(marked(words(500), "another question"), start + 1s);
  CHECK(hit.read == size);
  CHECK(hit.written == token_count{});
  CHECK(cache.look_up(marked(words(499) + "x", "a"), start + 1s).read == token_count{});
}

TEST_CASE("what is kept is forgotten after its time, unless it is read") {
  prompt_cache cache{token_count{100}};
  const chat_request request = marked(words(500), "a");
  cache.keep(request, start, start);
  CHECK(cache.look_up(request, start + 5min).read == token_count{});
  CHECK(cache.look_up(request, start + 4min).read > token_count{});
  cache.keep(request, start + 4min, start + 4min);
  CHECK(cache.look_up(request, start + 8min).read > token_count{});

  const chat_request hour = marked(words(600), "a", cache_mark::one_hour);
  CHECK(cache.look_up(hour, start).written_1h == cache.look_up(hour, start).written);
  cache.keep(hour, start, start);
  CHECK(cache.look_up(hour, start + 59min).read > token_count{});
}

TEST_CASE("a conversation reads what the turn before wrote, and writes what is new") {
  prompt_cache cache{token_count{100}};
  chat_request request = testing::question(words(300));
  request.messages.back().cache = cache_mark::five_minutes;
  cache.keep(request, start, start);
  const token_count before = cache.look_up(request, start).read;
  request.messages.push_back({chat_role::assistant, words(50), {}, {}, {}});
  request.messages.push_back(testing::user(words(60)));
  request.messages.back().cache = cache_mark::five_minutes;
  const cache_use use = cache.look_up(request, start);
  CHECK(use.read == before);
  CHECK(use.written
        == billed_tokens(request.messages[2].text) + billed_tokens(request.messages[3].text));
}

TEST_CASE("a mark looks back twenty blocks and no more") {
  for (const int turns : {19, 20, 21}) {
    prompt_cache cache{token_count{100}};
    chat_request request = marked(words(300), "a");
    cache.keep(request, start, start);
    request.messages.pop_back();
    for (int i = 0; i < turns; ++i)
      request.messages.push_back(testing::user("b"));
    request.messages[0].cache = cache_mark::none;
    request.messages.back().cache = cache_mark::five_minutes;
    CHECK((cache.look_up(request, start).read > token_count{}) == (turns <= 20));
  }
}

TEST_CASE("short prompts and those without a mark are not cached") {
  prompt_cache cache{token_count{1'000}};
  for (const chat_request& request :
       {marked(words(100), "a"), marked(words(2'000), "a", cache_mark::none)}) {
    cache.keep(request, start, start);
    CHECK(cache.look_up(request, start).read == token_count{});
    CHECK(cache.look_up(request, start).written == token_count{});
  }
  prompt_cache none{std::nullopt};
  none.keep(marked(words(2'000), "a"), start, start);
  CHECK(none.look_up(marked(words(2'000), "a"), start).read == token_count{});
}
