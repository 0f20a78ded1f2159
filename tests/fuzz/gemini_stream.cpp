#include "core/assert.hpp"
#include "providers/gemini.hpp"
#include "tests/fuzz/fuzz_input.hpp"

#include <algorithm>

using namespace spillway;
using namespace spillway::providers;

namespace {

struct heard {
  std::vector<chat_delta> deltas;
  streamed_reply result;
};

heard hear(const codec& speaks, std::string_view body, std::size_t step) {
  const auto decoder = speaks.decode_stream({}, {});
  heard out;
  for (std::size_t at = 0; at < body.size(); at += step)
    decoder->feed(body.substr(at, step), out.deltas);
  decoder->flush(out.deltas);
  out.result = decoder->finish();
  return out;
}

} // namespace

/// However the bytes of a stream are cut, they say the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const gemini_codec speaks{{*find_gemini_profile("gemini"), "/v1beta", secret{"key"}}};
  const testing::fuzz_input input{data, size};
  const heard whole = hear(speaks, input.text, std::max<std::size_t>(1, input.text.size()));
  const heard pieces = hear(speaks, input.text, 1 + input.choice % 64);
  SPILLWAY_ASSERT(pieces.deltas == whole.deltas);
  SPILLWAY_ASSERT(pieces.result.reply.message == whole.result.reply.message);
  SPILLWAY_ASSERT(pieces.result.reply.usage == whole.result.reply.usage);
  SPILLWAY_ASSERT(pieces.result.failure.has_value() == whole.result.failure.has_value());
  if (whole.result.failure)
    SPILLWAY_ASSERT(!whole.result.failure->message.empty());
  return 0;
}
