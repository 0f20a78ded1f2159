// What every text keeps, whatever its bytes: decoding gives it back, all ways of counting agree,
// and cutting never exceeds what was asked.
#include "core/tokens/bpe.hpp"
#include "core/tokens/utf8.hpp"
#include "tests/fuzz/target.hpp"

namespace {

using namespace spillway::tokens;
using spillway::fuzz::require;

void check(encoding e, std::string_view text) {
  const auto tokens = encode(e, text);
  const auto size = static_cast<std::int64_t>(tokens.size());
  const auto back = decode(e, tokens);
  require(back && *back == with_replacements(text));
  require(count(e, text) == size);
  require(count_up_to(e, text, size) == size);
  require(size == 0 || count_up_to(e, text, size - 1) > size - 1);
  for (const std::int64_t most : {std::int64_t{0}, size / 3, size / 2}) {
    const std::string_view head = truncate_head(e, text, most);
    const std::string_view tail = truncate_tail(e, text, most);
    require(text.starts_with(head) && count(e, head) <= most);
    require(text.ends_with(tail) && count(e, tail) <= most);
  }
}

} // namespace

void spillway::fuzz::run(std::string_view input) {
  check(encoding::o200k_base, input);
  check(encoding::cl100k_base, input);
}
