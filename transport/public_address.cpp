#include "transport/public_address.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace spillway::transport {
namespace {

namespace ip = boost::asio::ip;

struct v4_range {
  std::uint32_t first;
  int bits;
};

constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

constexpr std::array<v4_range, 16> closed_v4{{
    {v4(0, 0, 0, 0), 8},        // this network
    {v4(10, 0, 0, 0), 8},       // private
    {v4(100, 64, 0, 0), 10},    // shared by a carrier's customers
    {v4(127, 0, 0, 0), 8},      // loopback
    {v4(169, 254, 0, 0), 16},   // link-local, metadata services
    {v4(172, 16, 0, 0), 12},    // private
    {v4(192, 0, 0, 0), 24},     // protocol assignments
    {v4(192, 0, 2, 0), 24},     // documents
    {v4(192, 88, 99, 0), 24},   // relays that are gone
    {v4(192, 168, 0, 0), 16},   // private
    {v4(198, 18, 0, 0), 15},    // benchmarks
    {v4(198, 51, 100, 0), 24},  // documents
    {v4(203, 0, 113, 0), 24},   // documents
    {v4(224, 0, 0, 0), 4},      // groups
    {v4(240, 0, 0, 0), 4},      // reserved, broadcast
    {v4(168, 63, 129, 16), 32}, // a cloud's own service, reachable from its machines alone
}};

bool is_public_v4(const ip::address_v4& a) {
  return std::ranges::none_of(closed_v4, [n = a.to_uint()](const v4_range& r) {
    return (n ^ r.first) >> (32 - r.bits) == 0;
  });
}

/// Whether the first `bits` of `bytes`, at most 32, are those of `first`.
bool begins_with(const ip::address_v6::bytes_type& bytes, std::uint32_t first, int bits) {
  const std::uint32_t head = v4(bytes[0], bytes[1], bytes[2], bytes[3]);
  return (head ^ first) >> (32 - bits) == 0;
}

bool is_public_v6(const ip::address_v6& a) {
  if (a.is_v4_mapped())
    return is_public_v4(ip::make_address_v4(ip::v4_mapped, a));
  const auto bytes = a.to_bytes();
  const bool global = begins_with(bytes, 0x2000'0000, 3);
  const bool special = begins_with(bytes, 0x2001'0000, 23)     // protocols, tunnels of IPv4
                       || begins_with(bytes, 0x2001'0db8, 32)  // documents
                       || begins_with(bytes, 0x2002'0000, 16)  // tunnels of IPv4
                       || begins_with(bytes, 0x3fff'0000, 20); // documents
  return global && !special;
}

} // namespace

bool is_public(const ip::address& a) {
  return a.is_v4() ? is_public_v4(a.to_v4()) : is_public_v6(a.to_v6());
}

} // namespace spillway::transport
