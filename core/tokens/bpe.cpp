#include "core/tokens/bpe.hpp"

#include "core/assert.hpp"
#include "core/tokens/merge.hpp"
#include "core/tokens/piece_cache.hpp"
#include "core/tokens/scanner.hpp"
#include "core/tokens/utf8.hpp"

#include <array>
#include <limits>
#include <memory>

namespace spillway::tokens {
namespace {

constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();

// A thread's own state for one set of ranks.
struct workspace {
  piece_cache cache;
  std::vector<token_id> tokens; // of one long piece
};

struct o200k {
  static const char* piece_end(const char* at, const char* end) noexcept {
    return o200k_piece_end(at, end);
  }
  static const rank_tables& ranks() noexcept { return o200k_tables(); }
  static workspace& own() {
    thread_local const auto space = std::make_unique<workspace>();
    return *space;
  }
};

struct cl100k {
  static const char* piece_end(const char* at, const char* end) noexcept {
    return cl100k_piece_end(at, end);
  }
  static const rank_tables& ranks() noexcept { return cl100k_tables(); }
  static workspace& own() {
    thread_local const auto space = std::make_unique<workspace>();
    return *space;
  }
};

struct p50k {
  static const char* piece_end(const char* at, const char* end) noexcept {
    return gpt2_piece_end(at, end);
  }
  static const rank_tables& ranks() noexcept { return p50k_tables(); }
  static workspace& own() {
    thread_local const auto space = std::make_unique<workspace>();
    return *space;
  }
};

struct r50k {
  static const char* piece_end(const char* at, const char* end) noexcept {
    return gpt2_piece_end(at, end);
  }
  static const rank_tables& ranks() noexcept { return r50k_tables(); }
  static workspace& own() {
    thread_local const auto space = std::make_unique<workspace>();
    return *space;
  }
};

std::int64_t count_uncached(const rank_tables& ranks, const piece_key& key, std::uint64_t hash,
                            std::string_view piece) noexcept {
  if (ranks.find(key, hash) != no_token)
    return 1;
  std::array<token_id, short_piece_max> tokens;
  return static_cast<std::int64_t>(merge_short(ranks, piece, tokens.data()));
}

std::int64_t count_long(const rank_tables& ranks, workspace& own, std::string_view piece) {
  if (ranks.find_long(piece) != no_token)
    return 1;
  own.tokens.clear();
  merge_long(ranks, piece, own.tokens);
  return static_cast<std::int64_t>(own.tokens.size());
}

template <class Encoding>
class counter {
public:
  explicit counter(std::string_view text) : end_{text.data() + text.size()} {}

  // Requires: `piece` lies in the text.
  std::int64_t operator()(std::string_view piece) {
    if (piece.size() > short_piece_max)
      return count_long(ranks_, own_, piece);
    const piece_key key = end_ - piece.data() >= 16 ? key_of_readable(piece.data(), piece.size())
                                                    : key_of(piece.data(), piece.size());
    const std::uint64_t hash = hash_of(key);
    if (const std::int64_t known = own_.cache.find(key, hash))
      return known;
    const std::int64_t found = count_uncached(ranks_, key, hash, piece);
    own_.cache.put(key, hash, found);
    return found;
  }

private:
  const rank_tables& ranks_ = Encoding::ranks();
  workspace& own_ = Encoding::own();
  const char* end_;
};

// Requires: `text` is valid UTF-8.
template <class Encoding>
std::int64_t count_valid(std::string_view text, std::int64_t limit) {
  counter<Encoding> count_piece{text};
  const char* at = text.data();
  const char* const end = at + text.size();
  std::int64_t total = 0;
  while (at < end && total <= limit) {
    const char* const next = Encoding::piece_end(at, end);
    total += count_piece({at, static_cast<std::size_t>(next - at)});
    at = next;
  }
  return total;
}

void encode_piece(const rank_tables& ranks, std::string_view piece, std::vector<token_id>& out) {
  token_id whole = no_token;
  if (piece.size() <= short_piece_max) {
    const piece_key key = key_of(piece.data(), piece.size());
    whole = ranks.find(key, hash_of(key));
  } else {
    whole = ranks.find_long(piece);
  }
  if (whole != no_token)
    out.push_back(whole);
  else
    merge_long(ranks, piece, out);
}

template <class Encoding>
std::vector<token_id> encode_valid(std::string_view text) {
  std::vector<token_id> out;
  out.reserve(text.size() / 3 + 1);
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    const char* const next = Encoding::piece_end(at, end);
    encode_piece(Encoding::ranks(), {at, static_cast<std::size_t>(next - at)}, out);
    at = next;
  }
  return out;
}

// Calls `use` with the encoding's type.
template <class Use>
decltype(auto) with(encoding e, Use use) {
  switch (e) {
    case encoding::o200k_base:
    case encoding::o200k_harmony: return use(o200k{});
    case encoding::cl100k_base: return use(cl100k{});
    case encoding::p50k_base:
    case encoding::p50k_edit: return use(p50k{});
    case encoding::r50k_base:
    case encoding::gpt2: break;
  }
  return use(r50k{});
}

// Calls `use` with `text` made valid.
template <class Use>
decltype(auto) with_valid(std::string_view text, Use use) {
  return is_utf8(text) ? use(text) : use(std::string_view{with_replacements(text)});
}

} // namespace

std::int64_t count(encoding e, std::string_view text) {
  return count_up_to(e, text, no_limit - 1);
}

std::int64_t count_up_to(encoding e, std::string_view text, std::int64_t limit) {
  SPILLWAY_ASSERT(limit >= 0);
  return with_valid(text, [&](std::string_view valid) {
    return with(e, [&]<class E>(E) { return count_valid<E>(valid, limit); });
  });
}

std::vector<token_id> encode(encoding e, std::string_view text) {
  return with_valid(text, [&](std::string_view valid) {
    return with(e, [&]<class E>(E) { return encode_valid<E>(valid); });
  });
}

result<std::string> decode(encoding e, std::span<const token_id> tokens) {
  const rank_tables& ranks = with(e, []<class E>(E) -> const rank_tables& { return E::ranks(); });
  std::string out;
  for (const token_id id : tokens) {
    if (id < ranks.size() && !ranks.bytes_of(id).empty())
      out += ranks.bytes_of(id);
    else if (const auto text = special_token(e, id))
      out += *text;
    else
      return error{"token " + std::to_string(id) + " does not exist in " + to_string(e)
                   + "; its tokens are numbered up to " + std::to_string(ranks.size() - 1)
                   + ", then come a few special ones"};
  }
  return out;
}

} // namespace spillway::tokens
