#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace spillway::wire {

/// Lower-case hexadecimal digits, two a byte.
std::string to_hex(const unsigned char* bytes, std::size_t count);

/// SHA-256 in 64 hexadecimal digits.
/// Source: https://doi.org/10.6028/NIST.FIPS.180-4 (2015-08).
std::string sha256_hex(std::string_view text);

} // namespace spillway::wire
