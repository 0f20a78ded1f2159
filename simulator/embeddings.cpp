#include "simulator/embeddings.hpp"

#include "simulator/chance.hpp"
#include "simulator/token_size.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string>
#include <utility>

namespace spillway::simulator {
namespace {

/// Of text-embedding-3-small.
/// Source: https://platform.openai.com/docs/guides/embeddings (2026-10).
constexpr std::int64_t dimensions_default = 1536;
constexpr std::int64_t dimensions_max = 4096;

std::vector<std::string> words_of(const embedding_input& input) {
  std::vector<std::string> words;
  for (const std::int32_t token : input.tokens)
    words.push_back(std::to_string(token));
  std::string word;
  for (const char c : input.text + ' ') {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || std::isalnum(byte) != 0)
      word += static_cast<char>(std::tolower(byte));
    else if (!word.empty())
      words.push_back(std::exchange(word, {}));
  }
  return words;
}

/// Each word is a direction of its own; a text is their sum.
std::vector<float> vector_of(const embedding_input& input, std::size_t dimensions) {
  std::vector<float> sum(dimensions);
  for (const std::string& word : words_of(input)) {
    chance direction{fingerprint(word)};
    for (float& x : sum)
      x += static_cast<float>(direction.next_unit() - 0.5);
  }
  double square = 0;
  for (const float x : sum)
    square += static_cast<double>(x) * x;
  if (square == 0) {
    sum.front() = 1;
    return sum;
  }
  const auto length = static_cast<float>(std::sqrt(square));
  for (float& x : sum)
    x /= length;
  return sum;
}

} // namespace

token_count input_tokens(const embedding_request& request) {
  std::int64_t tokens = 0;
  for (const embedding_input& input : request.inputs) {
    const auto bytes = static_cast<std::int64_t>(input.text.size());
    tokens += (bytes + bytes_per_token - 1) / bytes_per_token
              + static_cast<std::int64_t>(input.tokens.size());
  }
  return token_count{tokens};
}

embedding_reply embed(const embedding_request& request) {
  const std::int64_t dimensions =
      std::clamp<std::int64_t>(request.dimensions.value_or(dimensions_default), 1, dimensions_max);
  embedding_reply reply;
  for (const embedding_input& input : request.inputs)
    reply.vectors.push_back(vector_of(input, static_cast<std::size_t>(dimensions)));
  reply.usage.input = input_tokens(request);
  return reply;
}

} // namespace spillway::simulator
