#include "core/tokens/gauge.hpp"

#include "core/tokens/bpe.hpp"

#include <catch2/catch.hpp>

using namespace spillway::tokens;

TEST_CASE("Models find their tokenizers") {
  CHECK(tokenizer_of("gpt-4o-mini").exact == encoding::o200k_base);
  CHECK(tokenizer_of("openai/gpt-4-turbo").exact == encoding::cl100k_base);
  CHECK(tokenizer_of("openai/gpt-oss-120b").exact == encoding::o200k_harmony);
  CHECK(tokenizer_of("gemini-2.5-flash").name == "Gemma 3");
  CHECK(tokenizer_of("anthropic/claude-sonnet-4-5").name == "Claude");
  CHECK(tokenizer_of("meta-llama/llama-3.3-70b-instruct").name == "Llama 3");
  CHECK(!tokenizer_of("house-model").exact);
  CHECK(tokenizer_named("gpt2")->exact == encoding::r50k_base);
  CHECK(tokenizer_named("gpt-4o") == nullptr);
}

TEST_CASE("A text is measured in several tokenizers at once, however it comes") {
  std::string text;
  for (int i = 0; i < 300; ++i)
    text += "Line " + std::to_string(i) + ": naïve café, 東京タワー; it's\tdone.\n\n";
  const tokenizer* const by[] = {&tokenizer_of("gpt-4o"), &tokenizer_of("gpt-4"),
                                 &tokenizer_of("gemini-2.5-pro")};
  for (const std::size_t step : {1, 7, 1000, 100'000}) {
    gauge g{by};
    for (std::size_t at = 0; at < text.size(); at += step)
      g.add(std::string_view{text}.substr(at, step));
    g.finish();
    CHECK(g.bytes() == static_cast<std::int64_t>(text.size()));
    CHECK(g.tokens(*by[0]) == count(encoding::o200k_base, text));
    CHECK(g.tokens(*by[1]) == count(encoding::cl100k_base, text));
    CHECK(std::abs(static_cast<double>(g.tokens(*by[2]))
                   - estimated_tokens(*by[2], features_of(text)))
          < 2);
    const auto whole = g.tokens(*by[0]);
    g.add(text);
    g.finish();
    CHECK(g.tokens(*by[0]) == 2 * whole);
  }
}

TEST_CASE("The features of a text are what they say") {
  const text_features f = features_of("ab cd12,  x\t\ty\n\n中文é👍");
  CHECK(f.words == 4);
  CHECK(f.digits == 2);
  CHECK(f.blanks == 2);
  CHECK(f.newlines == 2);
  CHECK(f.punctuation == 1);
  CHECK(f.ideographs == 2);
  CHECK(f.other == 2);
  CHECK(f.o200k == count(encoding::o200k_base, "ab cd12,  x\t\ty\n\n中文é👍"));
  CHECK(features_of("") == text_features{});
}
