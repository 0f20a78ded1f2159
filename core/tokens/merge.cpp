#include "core/tokens/merge.hpp"

#include <algorithm>
#include <functional>

namespace spillway::tokens {
namespace {

// Merges that may be looked up for the bytes done so far before a piece is merged in order instead.
// Prose takes about one a byte, random letters three.
constexpr std::size_t lookups_for(std::size_t bytes) noexcept {
  return 6 * bytes + 512;
}

// Bytes that are merged in order at a time: little enough for the fastest cache.
constexpr std::size_t part_bytes = 1024;

// How often the bytes of a piece may be merged in parts on average before it is merged as a whole.
constexpr std::size_t repetitions_max = 8;

} // namespace

void merger::encode(const rank_tables& ranks, std::string_view piece, std::vector<token_id>& out) {
  const std::size_t first = out.size();
  if (step_through(ranks, piece, out))
    return;
  out.resize(first);
  merge_by_parts(ranks, piece, out);
}

bool merger::step_through(const rank_tables& ranks, std::string_view piece,
                          std::vector<token_id>& out) {
  const char* const begin = piece.data();
  const char* const end = begin + piece.size();
  const std::size_t first = out.size();
  dead_ends_.assign(piece.size() / 64 + 1, 0);
  const char* at = begin;
  rank_tables::match next = ranks.longest(at, end);
  std::size_t furthest = 0;
  std::size_t lookups = 0;
  while (at != end && lookups <= lookups_for(furthest)) {
    const std::size_t place = static_cast<std::size_t>(at - begin) + next.size;
    const bool dead = (dead_ends_[place / 64] >> (place % 64)) & 1;
    if (!dead && (out.size() == first || ranks.may_meet(out.back(), next.token, lookups))) {
      out.push_back(next.token);
      at = begin + place;
      furthest = std::max(furthest, place);
      if (at != end)
        next = ranks.longest(at, end);
      continue;
    }
    if (next.size > 1) {
      next.token = ranks.record(next.token).shorter;
      next.size = ranks.record(next.token).size;
      continue;
    }
    const auto here = static_cast<std::size_t>(at - begin);
    dead_ends_[here / 64] |= std::uint64_t{1} << (here % 64);
    next = {out.back(), ranks.record(out.back()).size};
    out.pop_back();
    at -= next.size;
  }
  spent_.lookups += lookups;
  return at == end;
}

// Encodes some bytes at a time and puts each part behind the last: two encodings make one exactly
// when the two tokens that meet may. Where they may not, the tokens before the seam are encoded
// anew together with the part; ever more of them, in the end all.
void merger::merge_by_parts(const rank_tables& ranks, std::string_view piece,
                            std::vector<token_id>& out) {
  const std::size_t first = out.size();
  const std::size_t spent_before = spent_.bytes_merged;
  std::string_view last; // what `merged_` is the encoding of
  for (std::size_t done = 0; done < piece.size();) {
    if (spent_.bytes_merged - spent_before > repetitions_max * piece.size()) {
      merge_in_order(ranks, piece);
      out.resize(first);
      out.insert(out.end(), merged_.begin(), merged_.end());
      return;
    }
    const std::size_t end = std::min(done + part_bytes, piece.size());
    std::size_t start = done;
    for (std::size_t reopened = out.size() > first ? 1 : 0;; reopened *= 2) {
      for (std::size_t i = std::min(reopened - reopened / 2, out.size() - first); i > 0; --i) {
        start -= ranks.record(out.back()).size;
        out.pop_back();
      }
      const std::string_view part = piece.substr(start, end - start);
      if (part != last) // runs repeat themselves
        merge_in_order(ranks, part);
      last = part;
      if (out.size() == first || ranks.may_meet(out.back(), merged_.front(), spent_.lookups))
        break;
    }
    out.insert(out.end(), merged_.begin(), merged_.end());
    done = end;
  }
}

void merger::offer(const rank_tables& ranks, std::uint32_t at) {
  const std::uint32_t behind = next_[at];
  merges_[at] = behind < parts_.size() ? ranks.merge_of(parts_[at], parts_[behind]) : no_token;
  if (merges_[at] == no_token)
    return;
  heap_.push_back(std::uint64_t{merges_[at]} << 32 | at);
  std::push_heap(heap_.begin(), heap_.end(), std::greater<>{});
}

// Byte-pair encoding as it is defined: the merge of lowest rank first, of equals the leftmost.
void merger::merge_in_order(const rank_tables& ranks, std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto size = static_cast<std::uint32_t>(text.size());
  parts_.resize(size);
  merges_.resize(size);
  next_.resize(size);
  previous_.resize(size);
  heap_.clear();
  for (std::uint32_t i = 0; i < size; ++i) {
    parts_[i] = ranks.token_of_byte(byte(i));
    merges_[i] = i + 1 < size ? ranks.merge_of_bytes(byte(i), byte(i + 1)) : no_token;
    next_[i] = i + 1;
    previous_[i] = i - 1;
    if (merges_[i] != no_token)
      heap_.push_back(std::uint64_t{merges_[i]} << 32 | i);
  }
  std::make_heap(heap_.begin(), heap_.end(), std::greater<>{});
  while (!heap_.empty()) {
    const auto at = static_cast<std::uint32_t>(heap_.front());
    const auto merged = static_cast<token_id>(heap_.front() >> 32);
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>{});
    heap_.pop_back();
    if (merges_[at] != merged)
      continue; // one of the two has been merged otherwise
    const std::uint32_t gone = next_[at];
    parts_[at] = merged;
    merges_[gone] = no_token;
    next_[at] = next_[gone];
    if (next_[at] < size)
      previous_[next_[at]] = at;
    offer(ranks, at);
    if (at > 0)
      offer(ranks, previous_[at]);
  }
  merged_.clear();
  for (std::uint32_t i = 0; i < size; i = next_[i])
    merged_.push_back(parts_[i]);
  spent_.bytes_merged += size;
}

} // namespace spillway::tokens
