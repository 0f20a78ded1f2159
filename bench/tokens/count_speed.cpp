// How fast texts are counted: bench_tokens ENCODING ROUNDS FILE...
//
// Prints for each file a line: its path, bytes, tokens, MB/s of the first pass over it and of the
// best of all rounds, by processor time, so that a busy machine does not tell. One thread; the
// peers of bench/tokens/run print the same.
#include "core/tokens/bpe.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>

namespace {

using namespace spillway::tokens;

struct pass {
  std::int64_t tokens;
  double mb_per_s;
};

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

pass run_once(encoding e, const std::string& text) {
  const double start = processor_seconds();
  const std::int64_t tokens = count(e, text);
  return {tokens, static_cast<double>(text.size()) / 1e6 / (processor_seconds() - start)};
}

} // namespace

int main(int argc, char** argv) {
  const auto e = argc < 4 ? std::nullopt : encoding_named(argv[1]);
  if (!e)
    return std::fprintf(stderr, "usage: bench_tokens ENCODING ROUNDS FILE...\n"), 2;
  const int rounds = std::max(1, std::atoi(argv[2]));
  for (int i = 3; i < argc; ++i) {
    std::ifstream file{argv[i], std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    const pass first = run_once(*e, text);
    double best = first.mb_per_s;
    for (int round = 1; round < rounds; ++round)
      best = std::max(best, run_once(*e, text).mb_per_s);
    std::printf("%s %zu %lld %.2f %.2f\n", argv[i], text.size(),
                static_cast<long long>(first.tokens), first.mb_per_s, best);
  }
}
