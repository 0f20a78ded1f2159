// Runs a target without libFuzzer: each file of the corpus, then seeded mutations of them.
//   fuzz_x [--rounds N] [--seed N] FILE_OR_FOLDER...
#include "tests/fuzz/target.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

/// What was being run when it crashed, for the handler of the signal.
std::string current;

void tell_and_die(int signal) {
  std::fprintf(stderr, "crashed on %zu bytes:\n", current.size());
  std::fwrite(current.data(), 1, current.size(), stderr);
  std::fputc('\n', stderr);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

std::string read(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::vector<std::string> read_corpus(const std::vector<std::string>& paths) {
  std::vector<fs::path> files;
  for (const std::string& path : paths)
    if (fs::is_directory(path))
      for (const auto& entry : fs::recursive_directory_iterator{path})
        files.push_back(entry.path());
    else
      files.emplace_back(path);
  std::ranges::sort(files);
  std::vector<std::string> corpus;
  for (const fs::path& file : files)
    if (fs::is_regular_file(file) && fs::file_size(file) <= 64 * 1024)
      corpus.push_back(read(file));
  return corpus;
}

class mutator {
public:
  mutator(const std::vector<std::string>& corpus, unsigned seed) : corpus_{corpus}, random_{seed} {}

  std::string next() {
    std::string text = corpus_[below(corpus_.size())];
    for (std::size_t i = 1 + below(4); i > 0; --i)
      change(text);
    return text;
  }

private:
  std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }

  /// Bytes that mean something to parsers, more often than not.
  char byte() {
    using namespace std::string_view_literals;
    static constexpr std::string_view telling = "{}[]\",:\\\n\r\0u0129.-eE \xff\xc3\xf0tfn"sv;
    return below(4) == 0 ? static_cast<char>(random_()) : telling[below(telling.size())];
  }

  /// Another value in place of a JSON one, so that the text is still read to its end.
  void exchange(std::string& text) {
    static constexpr std::array<std::string_view, 12> values = {
        "null", "true", "[]", "{}", "-1", "0.5", "1e999", "9223372036854775807", "\"\"", "\"x\"",
        "[{}]", "\"\\ud800\""};
    const std::size_t from = text.find_first_of("\"0123456789[{", below(text.size()));
    if (from == std::string::npos)
      return;
    const std::size_t end = text[from] == '"' ? text.find('"', from + 1)
                                              : text.find_first_of(",]}\n", from);
    if (end != std::string::npos)
      text.replace(from, end - from + (text[from] == '"' ? 1 : 0), values[below(values.size())]);
  }

  void change(std::string& text) {
    const std::size_t at = below(text.size());
    const std::size_t length = below(std::min<std::size_t>(text.size() - at, 64) + 1);
    switch (below(9)) {
      case 0:
        if (!text.empty())
          text[at] = byte();
        break;
      case 1: text.insert(at, 1, byte()); break;
      case 2: text.erase(at, length); break;
      case 3: text.insert(below(text.size() + 1), text.substr(at, length)); break;
      case 4: text.resize(at); break;
      case 5:
      case 6:
      case 7: exchange(text); break;
      default: {
        const std::string& other = corpus_[below(corpus_.size())];
        text.insert(at, other.substr(below(other.size()), 64));
      }
    }
  }

  const std::vector<std::string>& corpus_;
  std::mt19937 random_;
};

} // namespace

int main(int argc, char** argv) {
  std::vector<std::string> paths;
  unsigned long rounds = 0;
  unsigned long seed = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if ((argument == "--rounds" || argument == "--seed") && i + 1 < argc)
      (argument == "--rounds" ? rounds : seed) = std::stoul(argv[++i]);
    else
      paths.push_back(argument);
  }
  std::signal(SIGABRT, tell_and_die);
  std::signal(SIGSEGV, tell_and_die);
  const std::vector<std::string> corpus = read_corpus(paths);
  if (corpus.empty())
    return std::fprintf(stderr, "no corpus\n"), 2;
  for (const std::string& text : corpus)
    spillway::fuzz::run(current = text);
  mutator mutations{corpus, static_cast<unsigned>(seed)};
  for (unsigned long i = 0; i < rounds; ++i)
    spillway::fuzz::run(current = mutations.next());
  std::printf("%zu files and %lu mutations, seed %lu\n", corpus.size(), rounds, seed);
}
