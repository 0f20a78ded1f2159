#include "core/tokens/bpe.hpp"

#include "core/assert.hpp"
#include "core/tokens/merge.hpp"
#include "core/tokens/piece_cache.hpp"
#include "core/tokens/scanner.hpp"
#include "core/tokens/utf8.hpp"

#include <array>
#include <cstring>
#include <limits>
#include <memory>

namespace spillway::tokens {
namespace {

constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();

// A thread's own state for one set of ranks.
struct workspace {
  piece_cache cache;
  merger merge;
};

// An encoding: how it cuts text into pieces, its ranks, and this thread's workspace for them.
template <auto PieceEnd, auto Ranks>
struct rules {
  static const char* piece_end(const char* at, const char* end) noexcept {
    return PieceEnd(at, end);
  }
  static const rank_tables& ranks() noexcept { return Ranks(); }
  static workspace& own() {
    thread_local const auto space = std::make_unique<workspace>();
    return *space;
  }
};

using o200k = rules<o200k_piece_end, o200k_tables>;
using cl100k = rules<cl100k_piece_end, cl100k_tables>;
using p50k = rules<gpt2_piece_end, p50k_tables>;
using r50k = rules<gpt2_piece_end, r50k_tables>;

// Counts a text's pieces, some at a time: while the last of them are cut, the cache lines of the
// first come in.
template <class Encoding>
class piece_counter {
public:
  explicit piece_counter(std::string_view text)
      : at_{text.data()}, end_{text.data() + text.size()} {}

  // Requires: the text is valid UTF-8.
  std::int64_t count_until(std::int64_t limit) {
    while (at_ < end_ && total_ <= limit) {
      cut_some();
      look_up();
    }
    return total_;
  }

private:
  struct short_piece {
    short_key key;
    std::uint64_t hash;
    const char* text;
  };
  static constexpr std::size_t pieces_at_once = 64;

  // Cuts off pieces from `at_` on. Members are in registers meanwhile.
  void cut_some() {
    const char* at = at_;
    const char* const end = end_;
    const piece_cache& cache = own_.cache;
    std::size_t waiting = 0;
    while (at < end && waiting < pieces_at_once) {
      const char* const next = Encoding::piece_end(at, end);
      const auto size = static_cast<std::size_t>(next - at);
      if (size > short_key::size_max) [[unlikely]] {
        total_ += count_large({at, size});
      } else {
        short_piece& p = pieces_[waiting++];
        p.key = end - at >= 16 ? short_key::of(at, size) : copied<short_key, 16>({at, size});
        p.hash = p.key.hash();
        p.text = at;
        cache.prefetch(p.hash);
      }
      at = next;
    }
    at_ = at;
    waiting_ = waiting;
  }

  void look_up() {
    std::int64_t total = 0;
    piece_cache& cache = own_.cache;
    const std::size_t waiting = waiting_;
    for (std::size_t i = 0; i < waiting; ++i) {
      const short_piece& p = pieces_[i];
      const std::int64_t known = cache.find(p.key, p.hash);
      total += known != 0 ? known : count_new(p);
    }
    total_ += total;
  }

  [[gnu::noinline]] std::int64_t count_new(const short_piece& p) {
    const std::int64_t found =
        ranks_.has(p.key, p.hash)
            ? 1
            : static_cast<std::int64_t>(own_.merge.count(ranks_, {p.text, p.key.size()}));
    own_.cache.put(p.key, p.hash, found);
    return found;
  }

  [[gnu::noinline]] std::int64_t count_large(std::string_view piece) {
    if (piece.size() > long_key::size_max)
      return static_cast<std::int64_t>(own_.merge.count(ranks_, piece));
    const long_key key = readable(piece.data(), 32) ? long_key::of(piece.data(), piece.size())
                                                    : copied<long_key, 32>(piece);
    const std::uint64_t hash = key.hash();
    std::int64_t found = own_.cache.find(key, hash);
    if (found == 0) {
      found = static_cast<std::int64_t>(own_.merge.count(ranks_, piece));
      own_.cache.put(key, hash, found);
    }
    return found;
  }

  bool readable(const char* text, std::ptrdiff_t bytes) const noexcept {
    return end_ - text >= bytes;
  }
  template <class Key, std::size_t Bytes>
  static Key copied(std::string_view piece) noexcept {
    std::array<char, Bytes> text{};
    std::memcpy(text.data(), piece.data(), piece.size());
    return Key::of(text.data(), piece.size());
  }

  const rank_tables& ranks_ = Encoding::ranks();
  workspace& own_ = Encoding::own();
  const char* at_;
  const char* end_;
  std::int64_t total_ = 0;
  std::array<short_piece, pieces_at_once> pieces_;
  std::size_t waiting_ = 0;
};

// Requires: `text` is valid UTF-8.
template <class Encoding>
std::vector<token_id> encode_valid(std::string_view text) {
  std::vector<token_id> out;
  out.reserve(text.size() / 3 + 1);
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    const char* const next = Encoding::piece_end(at, end);
    Encoding::own().merge.encode(Encoding::ranks(), {at, static_cast<std::size_t>(next - at)}, out);
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
    return with(e, [&]<class E>(E) { return piece_counter<E>{valid}.count_until(limit); });
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
