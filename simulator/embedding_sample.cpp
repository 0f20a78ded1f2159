#include "simulator/embedding_sample.hpp"

#include "simulator/chance.hpp"
#include "simulator/token_size.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace spillway::simulator {
namespace {

constexpr std::int64_t dimensions_usual = 256;
constexpr std::int64_t dimensions_max = 4'096;

std::uint64_t seed_of(const embedding_input& input) {
  std::uint64_t seed = fingerprint(input.text);
  for (const std::int32_t token : input.tokens)
    seed = seed * 31 + static_cast<std::uint64_t>(token);
  return seed;
}

std::vector<float> vector_of(const embedding_input& input, std::int64_t dimensions) {
  chance source{seed_of(input)};
  std::vector<double> drawn(static_cast<std::size_t>(dimensions));
  std::ranges::generate(drawn, [&] { return source.next_normal(); });
  const double length =
      std::sqrt(std::inner_product(drawn.begin(), drawn.end(), drawn.begin(), 0.0));
  std::vector<float> vector;
  vector.reserve(drawn.size());
  for (const double d : drawn)
    vector.push_back(static_cast<float>(d / length));
  return vector;
}

} // namespace

embedding_reply embed(const embedding_request& request) {
  const std::int64_t dimensions =
      std::clamp<std::int64_t>(request.dimensions.value_or(dimensions_usual), 1, dimensions_max);
  embedding_reply reply;
  for (const embedding_input& input : request.inputs)
    reply.vectors.push_back(vector_of(input, dimensions));
  reply.usage.input = input_tokens(request);
  return reply;
}

} // namespace spillway::simulator
