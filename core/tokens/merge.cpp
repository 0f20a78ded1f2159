#include "core/tokens/merge.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <queue>

namespace spillway::tokens {
namespace {

// Four ranks at a time: GCC's and Clang's own vectors, so any processor will do.
using lanes = std::int32_t __attribute__((vector_size(16)));
constexpr std::size_t lane_count = 4;
constexpr std::int32_t no_merge = std::numeric_limits<std::int32_t>::max();
constexpr unsigned position_bits = 8;
static_assert(merge_short_max <= 1u << position_bits);
static_assert(token_id_bits + position_bits < 31);

// A possible merge as one number that orders by rank, then from left to right.
std::int32_t merge_at(token_id merged, std::size_t position) noexcept {
  return merged == no_token ? no_merge
                            : static_cast<std::int32_t>(merged << position_bits | position);
}

std::int32_t least(const std::int32_t* merges, std::size_t count) noexcept {
  lanes best = {no_merge, no_merge, no_merge, no_merge};
  for (std::size_t i = 0; i < count; i += lane_count) {
    lanes next;
    std::memcpy(&next, merges + i, sizeof next);
    best = next < best ? next : best;
  }
  return std::min(std::min(best[0], best[1]), std::min(best[2], best[3]));
}

// The parts a text consists of so far: a doubly linked list in arrays, by first byte.
struct parts {
  alignas(16) std::array<std::int32_t, merge_short_max + lane_count> merges;
  std::array<token_id, merge_short_max> tokens;
  std::array<std::uint16_t, merge_short_max> next;
  std::array<std::uint16_t, merge_short_max> previous;
};

void split_into_bytes(const rank_tables& ranks, std::string_view text, parts& p) noexcept {
  const auto byte = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    p.tokens[i] = ranks.token_of_byte(byte(i));
    p.next[i] = static_cast<std::uint16_t>(i + 1);
    p.previous[i] = static_cast<std::uint16_t>(i - 1);
    p.merges[i] =
        i + 1 < text.size() ? merge_at(ranks.merge_of_bytes(byte(i), byte(i + 1)), i) : no_merge;
  }
  for (std::size_t i = 0; i < lane_count; ++i)
    p.merges[text.size() + i] = no_merge;
}

void apply(const rank_tables& ranks, std::int32_t merge, std::size_t size, parts& p) noexcept {
  const std::size_t at = static_cast<std::uint32_t>(merge) & ((1u << position_bits) - 1);
  const std::size_t gone = p.next[at];
  const std::size_t after = p.next[gone];
  p.tokens[at] = static_cast<std::uint32_t>(merge) >> position_bits;
  p.merges[gone] = no_merge;
  p.next[at] = static_cast<std::uint16_t>(after);
  p.merges[at] = no_merge;
  if (after < size) {
    p.previous[after] = static_cast<std::uint16_t>(at);
    p.merges[at] = merge_at(ranks.merge_of(p.tokens[at], p.tokens[after]), at);
  }
  if (at > 0) {
    const std::size_t before = p.previous[at];
    p.merges[before] = merge_at(ranks.merge_of(p.tokens[before], p.tokens[at]), before);
  }
}

// One candidate of the ordered queue: a merge and the two tokens it was found for.
struct candidate {
  token_id merged;
  std::uint32_t position;
  token_id left;
  token_id right;
  friend bool operator>(const candidate& a, const candidate& b) noexcept {
    return a.merged != b.merged ? a.merged > b.merged : a.position > b.position;
  }
};

// Byte-pair encoding of any size by an ordered queue of merges: size x log size at worst.
class queue_merge {
public:
  queue_merge(const rank_tables& ranks, std::string_view text)
      : ranks_{ranks}, tokens_(text.size()), next_(text.size()), previous_(text.size()) {
    for (std::uint32_t i = 0; i < text.size(); ++i) {
      tokens_[i] = ranks.token_of_byte(static_cast<std::uint8_t>(text[i]));
      next_[i] = i + 1;
      previous_[i] = i - 1;
    }
    for (std::uint32_t i = 0; i + 1 < text.size(); ++i)
      offer(i);
  }

  void run(std::vector<token_id>& out) {
    while (!queue_.empty()) {
      const candidate c = queue_.top();
      queue_.pop();
      if (tokens_[c.position] == c.left && next_[c.position] < tokens_.size()
          && tokens_[next_[c.position]] == c.right)
        apply(c);
    }
    for (std::uint32_t i = 0; i < tokens_.size(); i = next_[i])
      out.push_back(tokens_[i]);
  }

private:
  void offer(std::uint32_t at) {
    const token_id right = tokens_[next_[at]];
    const token_id merged = ranks_.merge_of(tokens_[at], right);
    if (merged != no_token)
      queue_.push({merged, at, tokens_[at], right});
  }

  void apply(const candidate& c) {
    const std::uint32_t gone = next_[c.position];
    tokens_[c.position] = c.merged;
    tokens_[gone] = no_token;
    next_[c.position] = next_[gone];
    if (next_[gone] < tokens_.size()) {
      previous_[next_[gone]] = c.position;
      offer(c.position);
    }
    if (c.position > 0)
      offer(previous_[c.position]);
  }

  const rank_tables& ranks_;
  std::vector<token_id> tokens_;
  std::vector<std::uint32_t> next_;
  std::vector<std::uint32_t> previous_;
  std::priority_queue<candidate, std::vector<candidate>, std::greater<>> queue_;
};

// Bytes a step of `merge_long` adds, and how many bytes it may encode for each byte of the text
// before it gives the text to the queue.
constexpr std::size_t step_bytes = 96;
constexpr std::size_t effort_max = 16;

// Whether the encoding of the two tokens' bytes is these two tokens.
bool may_meet(const rank_tables& ranks, token_id left, token_id right) noexcept {
  std::array<char, merge_short_max> text;
  std::array<token_id, merge_short_max> tokens;
  const std::string_view a = ranks.bytes_of(left);
  const std::string_view b = ranks.bytes_of(right);
  std::copy(a.begin(), a.end(), text.begin());
  std::copy(b.begin(), b.end(), text.begin() + a.size());
  const std::size_t count = merge_short(ranks, {text.data(), a.size() + b.size()}, tokens.data());
  return count == 2 && tokens[0] == left && tokens[1] == right;
}

// Encodes one part behind those in `out`. Returns false when its effort passes `allowed`.
class seam_merge {
public:
  seam_merge(const rank_tables& ranks, std::string_view text, std::vector<token_id>& out)
      : ranks_{ranks}, text_{text}, out_{out}, first_{out.size()} {}

  bool add(std::size_t done, std::size_t bytes) {
    for (std::size_t reopened = out_.size() > first_ ? 1 : 0;; reopened *= 2) {
      reopened = std::min(reopened, out_.size() - first_);
      std::size_t start = done;
      for (std::size_t i = out_.size() - reopened; i < out_.size(); ++i)
        start -= ranks_.bytes_of(out_[i]).size();
      const std::string_view window = text_.substr(start, done + bytes - start);
      effort_.bytes_merged += window.size();
      if (window.size() > merge_short_max || effort_.bytes_merged > allowed())
        return false;
      const std::size_t count = merge_short(ranks_, window, window_.data());
      const std::size_t kept = out_.size() - reopened;
      if (kept == first_ || may_meet(ranks_, out_[kept - 1], window_[0])) {
        out_.resize(kept);
        out_.insert(out_.end(), window_.begin(), window_.begin() + count);
        return true;
      }
    }
  }

  const merge_effort& effort() const noexcept { return effort_; }

private:
  std::size_t allowed() const noexcept { return effort_max * text_.size(); }

  const rank_tables& ranks_;
  std::string_view text_;
  std::vector<token_id>& out_;
  std::size_t first_;
  merge_effort effort_;
  std::array<token_id, merge_short_max> window_;
};

} // namespace

std::size_t merge_short(const rank_tables& ranks, std::string_view text, token_id* out) noexcept {
  parts p;
  split_into_bytes(ranks, text, p);
  for (;;) {
    const std::int32_t merge = least(p.merges.data(), text.size());
    if (merge == no_merge)
      break;
    apply(ranks, merge, text.size(), p);
  }
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); i = p.next[i])
    out[count++] = p.tokens[i];
  return count;
}

merge_effort merge_long_measured(const rank_tables& ranks, std::string_view text,
                                 std::vector<token_id>& out) {
  const std::size_t first = out.size();
  seam_merge seams{ranks, text, out};
  for (std::size_t done = 0; done < text.size();) {
    const std::size_t bytes = std::min(step_bytes, text.size() - done);
    if (!seams.add(done, bytes)) {
      out.resize(first);
      queue_merge{ranks, text}.run(out);
      merge_effort effort = seams.effort();
      effort.heap_bytes = text.size();
      return effort;
    }
    done += bytes;
  }
  return seams.effort();
}

void merge_long(const rank_tables& ranks, std::string_view text, std::vector<token_id>& out) {
  merge_long_measured(ranks, text, out);
}

} // namespace spillway::tokens
