#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// What libFuzzer calls with each input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace spillway::testing {

/// An input whose first byte chooses and whose rest is the text.
struct fuzz_input {
  std::uint8_t choice = 0;
  std::string_view text;

  fuzz_input(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
      return;
    choice = data[0];
    text = {reinterpret_cast<const char*>(data) + 1, size - 1};
  }
};

} // namespace spillway::testing
