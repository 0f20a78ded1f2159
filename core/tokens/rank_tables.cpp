#include "core/tokens/rank_tables.hpp"

#include "core/assert.hpp"

// The images are made by expand_ranks at build time; SPILLWAY_RANK_IMAGES is their folder.
#define SPILLWAY_EMBED(name)                                                                       \
  asm(".section .rodata\n"                                                                         \
      ".balign 64\n"                                                                               \
      ".global spillway_ranks_" #name "\n"                                                         \
      ".hidden spillway_ranks_" #name "\n"                                                         \
      "spillway_ranks_" #name ":\n"                                                                \
      ".incbin \"" SPILLWAY_RANK_IMAGES "/" #name ".image\"\n"                                     \
      ".previous\n");                                                                              \
  extern "C" __attribute__((visibility("hidden"))) const char spillway_ranks_##name[];

SPILLWAY_EMBED(o200k_base)
SPILLWAY_EMBED(cl100k_base)
SPILLWAY_EMBED(p50k_base)
SPILLWAY_EMBED(r50k_base)

namespace spillway::tokens {
namespace {

template <class T>
const T* part(const char* image, std::uint32_t offset) noexcept {
  return reinterpret_cast<const T*>(image + offset);
}

const rank_image_header& header_of(const char* image) noexcept {
  const auto& header = *reinterpret_cast<const rank_image_header*>(image);
  SPILLWAY_ASSERT(header.magic == rank_image_magic);
  return header;
}

} // namespace

rank_tables::rank_tables(const char* image) noexcept {
  const rank_image_header& h = header_of(image);
  tokens_ = h.tokens;
  trie_root_ = h.trie_root;
  short_buckets_ = h.short_buckets;
  short_slots_ = h.short_slots;
  pair_buckets_ = h.pair_buckets;
  pair_slots_ = h.pair_slots;
  token_offsets_ = part<std::uint32_t>(image, h.token_offsets);
  token_bytes_ = part<char>(image, h.token_bytes);
  records_ = part<token_record>(image, h.records);
  short_pilots_ = part<std::uint16_t>(image, h.short_pilots);
  shorts_ = part<short_key>(image, h.shorts);
  byte_tokens_ = part<std::uint32_t>(image, h.byte_tokens);
  byte_pairs_ = part<std::uint32_t>(image, h.byte_pairs);
  trie_ = part<trie_node>(image, h.trie);
  pair_filter_ = part<std::uint64_t>(image, h.pair_filter);
  pair_pilots_ = part<std::uint16_t>(image, h.pair_pilots);
  pairs_ = part<std::uint64_t>(image, h.pairs);
}

const rank_tables& o200k_tables() noexcept {
  static const rank_tables tables{spillway_ranks_o200k_base};
  return tables;
}

const rank_tables& cl100k_tables() noexcept {
  static const rank_tables tables{spillway_ranks_cl100k_base};
  return tables;
}

const rank_tables& p50k_tables() noexcept {
  static const rank_tables tables{spillway_ranks_p50k_base};
  return tables;
}

const rank_tables& r50k_tables() noexcept {
  static const rank_tables tables{spillway_ranks_r50k_base};
  return tables;
}

} // namespace spillway::tokens
