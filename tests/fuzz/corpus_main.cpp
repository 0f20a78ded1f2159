#include "tests/fuzz/fuzz_input.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

/// Runs the files of a corpus through a fuzz target, each also cut short at every power of two.
int main(int argc, char** argv) {
  std::size_t inputs = 0;
  for (int i = 1; i < argc; ++i)
    for (const auto& entry : std::filesystem::recursive_directory_iterator{argv[i]}) {
      if (!entry.is_regular_file())
        continue;
      std::ifstream in{entry.path(), std::ios::binary};
      const std::string text{std::istreambuf_iterator<char>{in}, {}};
      const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
      for (std::size_t size = 1; size < text.size(); size *= 2)
        LLVMFuzzerTestOneInput(bytes, size);
      LLVMFuzzerTestOneInput(bytes, text.size());
      ++inputs;
    }
  std::printf("%zu inputs\n", inputs);
  return inputs == 0;
}
