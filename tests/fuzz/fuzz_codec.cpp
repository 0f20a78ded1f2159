// A provider may send anything, in any pieces: a codec neither crashes nor depends on the pieces.
// The dialect is SPILLWAY_FUZZ_DIALECT.
#include "providers/recorded_body.hpp"
#include "providers/registry.hpp"
#include "tests/fuzz/target.hpp"
#include "wire/decoded_body_json.hpp"

#include <string>

namespace {

using namespace spillway;

const providers::codec& speaker() {
  static const auto codec = *providers::make_codec(SPILLWAY_FUZZ_DIALECT, {}, secret{"key"});
  return *codec;
}

std::string decoded(std::string_view body, int status, bool streamed, std::size_t piece) {
  providers::recorded_body recorded{speaker(), {status, {}, {}}, streamed, {}};
  for (std::size_t at = 0; at < body.size(); at += piece)
    recorded.feed(body.substr(at, piece));
  auto [reply, failure] = recorded.finish();
  return wire::encode_decoded_body({std::move(reply), std::move(failure), std::nullopt});
}

} // namespace

void spillway::fuzz::run(std::string_view input) {
  const std::string streamed = decoded(input, 200, true, input.size() + 1);
  require(decoded(input, 200, true, 1) == streamed);
  require(decoded(input, 200, true, 7) == streamed);
  decoded(input, 200, false, 4096);
  decoded(input, 429, false, 4096);
  decoded(input, 500, false, 4096);
}
