// Build step: expand_ranks RANKS.pairs.zst RANKS.image [TOKENS]
//
// With TOKENS, only that many of the ranks: r50k_base is the beginning of p50k_base.
//
// Turns merge pairs into the tables of core/tokens/rank_image.hpp, so that a program that counts
// tokens parses nothing when it starts.
#include "core/tokens/rank_image.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <numeric>
#include <stdexcept>
#include <string>
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

void add_pieces(const ranks& r, image_writer& image, rank_image_header& header) {
  std::vector<std::uint32_t> ids;
  std::vector<std::uint64_t> hashes;
  for (std::uint32_t id = 0; id < r.tokens.size(); ++id)
    if (const std::string& token = r.tokens[id];
        !token.empty() && token.size() <= short_piece_max) {
      ids.push_back(id);
      hashes.push_back(hash_of(key_of(token.data(), token.size())));
    }
  const perfect_hash table = build_hash(hashes);
  std::vector<piece_key> keys(table.slots.size());
  std::vector<std::uint32_t> slot_ids(table.slots.size(), no_token);
  for (std::size_t slot = 0; slot < table.slots.size(); ++slot)
    if (const std::uint32_t key = table.slots[slot]; key != no_token) {
      slot_ids[slot] = ids[key];
      keys[slot] = key_of(r.tokens[ids[key]].data(), r.tokens[ids[key]].size());
    }
  header.piece_buckets = static_cast<std::uint32_t>(table.pilots.size());
  header.piece_slots = static_cast<std::uint32_t>(table.slots.size());
  header.piece_pilots = image.add(table.pilots);
  header.piece_keys = image.add(keys);
  header.piece_ids = image.add(slot_ids);
}

void add_long_tokens(const ranks& r, image_writer& image, rank_image_header& header) {
  std::vector<std::uint32_t> ids;
  std::vector<std::uint64_t> hashes;
  for (std::uint32_t id = 0; id < r.tokens.size(); ++id)
    if (const std::string& token = r.tokens[id]; token.size() > short_piece_max) {
      ids.push_back(id);
      hashes.push_back(hash_of_text(token.data(), token.size()));
    }
  perfect_hash table = build_hash(hashes);
  for (auto& slot : table.slots)
    slot = slot == no_token ? no_token : ids[slot];
  header.long_buckets = static_cast<std::uint32_t>(table.pilots.size());
  header.long_slots = static_cast<std::uint32_t>(table.slots.size());
  header.long_pilots = image.add(table.pilots);
  header.long_ids = image.add(table.slots);
}

void add_merges(const ranks& r, image_writer& image, rank_image_header& header) {
  std::vector<std::uint64_t> hashes;
  constexpr std::uint64_t mask = (1u << token_id_bits) - 1;
  for (const std::uint64_t merge : r.merges)
    hashes.push_back(hash_of_pair(merge >> 36, (merge >> 18) & mask));
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
    add_pieces(r, image, header);
    add_long_tokens(r, image, header);
    add_merges(r, image, header);
    std::ofstream out{argv[2], std::ios::binary};
    if (!(out << image.finish(header)).flush())
      throw std::runtime_error{std::string{argv[2]} + ": cannot be written"};
  } catch (const std::exception& e) {
    return std::fprintf(stderr, "expand_ranks: %s: %s\n", argv[1], e.what()), 1;
  }
  return 0;
}
