// Build step: expand_ranks RANKS.pairs.zst RANKS.image [TOKENS]
//
// With TOKENS, only that many of the ranks: r50k_base is the beginning of p50k_base.
//
// Turns merge pairs into the tables of core/tokens/rank_image.hpp, so that a program that counts
// tokens parses nothing when it starts.
#include "core/tokens/rank_image.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <numeric>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>
#include <zstd.h>

namespace {

using namespace spillway::tokens;

struct ranks {
  std::vector<std::string> tokens;
  std::vector<std::uint64_t> merges; // left << 36 | right << 18 | merged
};

std::string read_file(const char* path) {
  std::ifstream file{path, std::ios::binary};
  if (!file)
    throw std::runtime_error{std::string{path} + ": cannot be read"};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string unpack(const std::string& packed) {
  const auto size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (size > 16 * 1024 * 1024)
    throw std::runtime_error{"not a rank blob: unknown or unlikely size"};
  std::string out(size, '\0');
  const auto got = ZSTD_decompress(out.data(), out.size(), packed.data(), packed.size());
  if (ZSTD_isError(got) || got != size)
    throw std::runtime_error{"not a rank blob: damaged"};
  return out;
}

// A rank that is left out, as p50k_base leaves one out for <|endoftext|>: a token without bytes.
constexpr std::uint32_t no_pair_part = 0xff'ffff;

ranks read_ranks(const std::string& blob, std::uint32_t tokens_max) {
  std::uint32_t count = 0;
  if (blob.size() < 264 || blob.compare(0, 4, "SPWR") != 0)
    throw std::runtime_error{"not a rank blob: wrong beginning"};
  std::memcpy(&count, blob.data() + 4, 4);
  if (count <= 256 || count > 1u << token_id_bits || blob.size() != 264 + 6 * (count - 256ull))
    throw std::runtime_error{"not a rank blob: its size does not fit its count"};
  ranks r;
  static_assert(single_bytes == 256);
  for (std::size_t i = 0; i < 256; ++i)
    r.tokens.emplace_back(1, blob[8 + i]);
  const auto* columns = reinterpret_cast<const unsigned char*>(blob.data()) + 264;
  const std::size_t n = count - 256;
  for (std::size_t i = 0; i < n && r.tokens.size() < tokens_max; ++i) {
    const auto at = [&](std::size_t c) { return std::uint32_t{columns[c * n + i]}; };
    const std::uint32_t left = at(0) | at(1) << 8 | at(2) << 16;
    const std::uint32_t right = at(3) | at(4) << 8 | at(5) << 16;
    if (left == no_pair_part) {
      r.tokens.emplace_back();
      continue;
    }
    r.merges.push_back(std::uint64_t{left} << 36 | std::uint64_t{right} << 18 | r.tokens.size());
    r.tokens.push_back(r.tokens.at(left) + r.tokens.at(right));
    if (r.tokens.back().size() > token_bytes_max)
      throw std::runtime_error{"a token is longer than token_bytes_max"};
  }
  return r;
}

struct perfect_hash {
  std::vector<std::uint16_t> pilots;
  std::vector<std::uint32_t> slots; // index of the key, or no_token
};

std::vector<std::vector<std::uint32_t>> buckets_of(const std::vector<std::uint64_t>& hashes,
                                                   std::uint32_t count) {
  std::vector<std::vector<std::uint32_t>> buckets(count);
  for (std::uint32_t i = 0; i < hashes.size(); ++i)
    buckets[bucket_of(hashes[i], count)].push_back(i);
  return buckets;
}

bool place(const std::vector<std::uint32_t>& bucket, const std::vector<std::uint64_t>& hashes,
           std::uint16_t pilot, std::vector<std::uint32_t>& slots) {
  std::size_t done = 0;
  for (; done < bucket.size(); ++done) {
    auto& slot = slots[slot_of(hashes[bucket[done]], pilot, slots.size())];
    if (slot != no_token)
      break;
    slot = bucket[done];
  }
  if (done == bucket.size())
    return true;
  while (done-- > 0)
    slots[slot_of(hashes[bucket[done]], pilot, slots.size())] = no_token;
  return false;
}

// Largest buckets first, each with the first pilot that sends its keys to free slots.
perfect_hash build_hash(const std::vector<std::uint64_t>& hashes) {
  const auto count = static_cast<std::uint32_t>(hashes.size() / 4 + 1);
  const auto buckets = buckets_of(hashes, count);
  perfect_hash out{std::vector<std::uint16_t>(count),
                   std::vector<std::uint32_t>(hashes.size() + hashes.size() / 32 + 1, no_token)};
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return buckets[a].size() > buckets[b].size(); });
  for (const std::uint32_t b : order) {
    std::uint32_t pilot = 0;
    while (!place(buckets[b], hashes, static_cast<std::uint16_t>(pilot), out.slots))
      if (++pilot > 0xffff)
        throw std::runtime_error{"no pilot found for a bucket"};
    out.pilots[b] = static_cast<std::uint16_t>(pilot);
  }
  return out;
}

class image_writer {
public:
  image_writer() : bytes_(sizeof(rank_image_header), '\0') {}

  template <class T>
  std::uint32_t add(const std::vector<T>& items) {
    bytes_.resize((bytes_.size() + 63) / 64 * 64);
    const auto offset = static_cast<std::uint32_t>(bytes_.size());
    bytes_.append(reinterpret_cast<const char*>(items.data()), items.size() * sizeof(T));
    return offset;
  }
  std::string finish(rank_image_header header) {
    bytes_.resize((bytes_.size() + 63) / 64 * 64);
    header.magic = rank_image_magic;
    header.size = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &header, sizeof header);
    return std::move(bytes_);
  }

private:
  std::string bytes_;
};

void add_tokens(const ranks& r, image_writer& image, rank_image_header& header) {
  std::vector<std::uint32_t> offsets{0};
  std::vector<char> bytes;
  std::vector<std::uint32_t> singles(256);
  std::vector<std::uint32_t> pairs(65536, no_token);
  for (std::uint32_t id = 0; id < r.tokens.size(); ++id) {
    const std::string& token = r.tokens[id];
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(token[i]); };
    bytes.insert(bytes.end(), token.begin(), token.end());
    offsets.push_back(static_cast<std::uint32_t>(bytes.size()));
    if (token.size() == 1)
      singles[byte(0)] = id;
    if (token.size() == 2)
      pairs[byte(0) * 256u + byte(1)] = id;
  }
  header.tokens = static_cast<std::uint32_t>(r.tokens.size());
  header.token_offsets = image.add(offsets);
  header.token_bytes = image.add(bytes);
  header.byte_tokens = image.add(singles);
  header.byte_pairs = image.add(pairs);
}

// The trie of all tokens as a double array: a node's children lie at its base, each xor its byte.
// Each base belongs to one node, so that a child's byte alone says whose child it is.
class trie_builder {
public:
  explicit trie_builder(const ranks& r) {
    for (std::uint32_t id = 0; id < r.tokens.size(); ++id)
      if (!r.tokens[id].empty())
        sorted_.push_back(id);
    std::sort(sorted_.begin(), sorted_.end(),
              [&](auto a, auto b) { return r.tokens[a] < r.tokens[b]; });
    collect(r, {0, static_cast<std::uint32_t>(sorted_.size()), 0, no_token, 0});
    // Those with most children first, while there is room for them; of equals those nearer the
    // root.
    std::stable_sort(inner_.begin(), inner_.end(), [](const inner& a, const inner& b) {
      return a.children.size() > b.children.size();
    });
    for (std::size_t i = 0; i < inner_.size(); ++i)
      place(inner_[i]);
    fill();
  }

  const std::vector<trie_node>& nodes() const { return nodes_; }
  std::uint32_t root() const { return base_of_[0]; }

private:
  struct span_of { // the sorted tokens that share their first `depth` bytes
    std::uint32_t begin;
    std::uint32_t end;
    std::uint32_t depth;
    std::uint32_t parent; // index of the inner node
    std::uint8_t byte;
  };
  struct child {
    std::uint8_t byte;
    std::uint32_t token_plus_one;
    std::uint32_t inner; // index, or no_token
  };
  struct inner {
    std::uint32_t index;
    std::vector<child> children;
  };

  // Breadth first, so that nodes near the root come early.
  void collect(const ranks& r, span_of root) {
    std::vector<span_of> spans{root};
    for (std::size_t s = 0; s < spans.size(); ++s) {
      const span_of at = spans[s];
      inner node{static_cast<std::uint32_t>(s), {}};
      for (std::uint32_t i = at.begin; i < at.end;) {
        const auto& token = r.tokens[sorted_[i]];
        const auto byte = static_cast<std::uint8_t>(token[at.depth]);
        const bool ends = token.size() == at.depth + 1;
        child c{byte, ends ? sorted_[i] + 1 : 0, no_token};
        const std::uint32_t first = ends ? i + 1 : i;
        while (i < at.end
               && static_cast<std::uint8_t>(r.tokens[sorted_[i]][at.depth]) == byte)
          ++i;
        if (first < i) {
          c.inner = static_cast<std::uint32_t>(spans.size());
          spans.push_back({first, i, at.depth + 1, 0, byte});
        }
        node.children.push_back(c);
      }
      inner_.push_back(std::move(node));
    }
    base_of_.resize(inner_.size());
  }

  void grow() {
    const auto from = static_cast<std::uint32_t>(taken_.size());
    taken_.resize(from + 256);
    base_taken_.resize(from + 256);
    for (std::uint32_t slot = from; slot < from + 256; ++slot)
      free_.push_back(slot);
  }

  bool fits(std::uint32_t base, const inner& node) const {
    if (base == 0 || base_taken_[base])
      return false;
    return std::none_of(node.children.begin(), node.children.end(),
                        [&](const child& c) { return taken_[base ^ c.byte]; });
  }

  void place(const inner& node) {
    for (std::size_t tried = 0;; ++tried) {
      // Slots that failed often are given up, so that the search stays short.
      if (tried == free_.size())
        grow();
      const std::uint32_t slot = free_[tried];
      const std::uint32_t base = slot ^ node.children.front().byte;
      if (taken_[slot] || !fits(base, node))
        continue;
      base_taken_[base] = true;
      base_of_[node.index] = base;
      for (const child& c : node.children) {
        taken_[base ^ c.byte] = true;
        placed_.push_back({base ^ c.byte, c});
      }
      if (++placements_ % 256 == 0 || tried > 4096)
        std::erase_if(free_, [&](std::uint32_t s) { return taken_[s]; });
      if (free_.size() > 16'384)
        free_.erase(free_.begin(), free_.begin() + 8'192);
      return;
    }
  }

  void fill() {
    if (taken_.size() >> trie_children_bits != 0)
      throw std::runtime_error{"the trie is too large"};
    nodes_.assign(taken_.size(), trie_empty);
    for (const auto& [slot, c] : placed_)
      nodes_[slot] = (c.inner == no_token ? 0 : base_of_[c.inner])
                     | trie_node{c.byte} << trie_children_bits
                     | trie_node{c.token_plus_one} << (trie_children_bits + trie_byte_bits);
  }

  std::vector<std::uint32_t> sorted_;
  std::vector<inner> inner_;
  std::vector<std::uint32_t> base_of_;
  std::vector<bool> taken_;
  std::vector<bool> base_taken_;
  std::vector<std::uint32_t> free_;
  std::vector<std::pair<std::uint32_t, child>> placed_;
  std::size_t placements_ = 0;
  std::vector<trie_node> nodes_;
};

void add_trie(const ranks& r, image_writer& image, rank_image_header& header) {
  const trie_builder trie{r};
  header.trie = image.add(trie.nodes());
  header.trie_nodes = static_cast<std::uint32_t>(trie.nodes().size());
  header.trie_root = trie.root();
}

void add_short_tokens(const ranks& r, image_writer& image, rank_image_header& header) {
  std::vector<short_key> keys;
  std::vector<std::uint64_t> hashes;
  for (const std::string& token : r.tokens)
    if (!token.empty() && token.size() <= short_key::size_max) {
      char text[16] = {};
      std::memcpy(text, token.data(), token.size());
      keys.push_back(short_key::of(text, token.size()));
      hashes.push_back(keys.back().hash());
    }
  const perfect_hash table = build_hash(hashes);
  std::vector<short_key> slots;
  for (const std::uint32_t key : table.slots)
    slots.push_back(key == no_token ? short_key{} : keys[key]);
  header.short_buckets = static_cast<std::uint32_t>(table.pilots.size());
  header.short_slots = static_cast<std::uint32_t>(slots.size());
  header.short_pilots = image.add(table.pilots);
  header.shorts = image.add(slots);
}

// The longest proper beginning of a token that is a token.
token_id shorter_than(std::string_view token,
                      const std::unordered_map<std::string_view, token_id>& ids) {
  while (token.size() > 1) {
    token.remove_suffix(1);
    if (const auto found = ids.find(token); found != ids.end())
      return found->second;
  }
  return no_token;
}

void add_records(const ranks& r, image_writer& image, rank_image_header& header) {
  std::unordered_map<std::string_view, token_id> ids;
  std::vector<std::pair<token_id, token_id>> parts;
  for (token_id id = 0; id < r.tokens.size(); ++id) {
    ids.emplace(r.tokens[id], id);
    parts.emplace_back(id, id);
  }
  for (const std::uint64_t merge : r.merges)
    parts[merge & token_id_mask] = {merge >> 2 * token_id_bits,
                                    (merge >> token_id_bits) & token_id_mask};
  std::vector<token_record> records;
  for (token_id id = 0; id < r.tokens.size(); ++id) {
    token_record record{static_cast<std::uint32_t>(r.tokens[id].size()),
                        shorter_than(r.tokens[id], ids), {}, {}};
    token_id first = id;
    token_id second = id;
    for (std::size_t i = 0; i < token_record::chain_size; ++i) {
      record.first_parts[i] = first = parts[first].first;
      record.second_parts[i] = second = parts[second].second;
    }
    records.push_back(record);
  }
  header.records = image.add(records);
}

void add_merges(const ranks& r, image_writer& image, rank_image_header& header) {
  std::vector<std::uint64_t> hashes;
  std::vector<std::uint64_t> filter(pair_filter_words);
  for (const std::uint64_t merge : r.merges) {
    hashes.push_back(hash_of_pair(merge >> 2 * token_id_bits,
                                  (merge >> token_id_bits) & token_id_mask));
    filter[filter_word_of(hashes.back())] |= filter_bits_of(hashes.back());
  }
  header.pair_filter = image.add(filter);
  const perfect_hash table = build_hash(hashes);
  std::vector<std::uint64_t> slots;
  for (const std::uint32_t key : table.slots)
    slots.push_back(key == no_token ? no_pair : r.merges[key]);
  header.pair_buckets = static_cast<std::uint32_t>(table.pilots.size());
  header.pair_slots = static_cast<std::uint32_t>(slots.size());
  header.pair_pilots = image.add(table.pilots);
  header.pairs = image.add(slots);
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4)
    return std::fprintf(stderr, "usage: expand_ranks RANKS.pairs.zst RANKS.image [TOKENS]\n"), 2;
  try {
    const ranks r = read_ranks(unpack(read_file(argv[1])),
                               argc == 4 ? static_cast<std::uint32_t>(std::stoul(argv[3]))
                                         : 1u << token_id_bits);
    rank_image_header header{};
    image_writer image;
    add_tokens(r, image, header);
    add_trie(r, image, header);
    add_short_tokens(r, image, header);
    add_records(r, image, header);
    add_merges(r, image, header);
    std::ofstream out{argv[2], std::ios::binary};
    if (!(out << image.finish(header)).flush())
      throw std::runtime_error{std::string{argv[2]} + ": cannot be written"};
  } catch (const std::exception& e) {
    return std::fprintf(stderr, "expand_ranks: %s: %s\n", argv[1], e.what()), 1;
  }
  return 0;
}
