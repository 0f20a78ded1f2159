#include "core/tokens/image_tokens.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace spillway::tokens {
namespace {

// Bytes of an image's beginning that are looked at: a JPEG says its size after its metadata.
constexpr std::size_t image_head_bytes = 256 * 1024;

constexpr auto base64_values = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < digits.size(); ++i)
    values[static_cast<std::uint8_t>(digits[i])] = static_cast<std::int8_t>(i);
  return values;
}();

std::string decoded_head(std::string_view base64) {
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : base64.substr(0, image_head_bytes / 3 * 4)) {
    const int value = base64_values[static_cast<std::uint8_t>(c)];
    if (value < 0)
      continue; // line breaks, padding
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    if ((held += 6) >= 8)
      out += static_cast<char>(bits >> (held -= 8));
  }
  return out;
}

// A number of `size` bytes at `at`, highest byte first, or lowest first.
std::int64_t big_endian(std::string_view bytes, std::size_t at, std::size_t size) {
  std::int64_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value = value << 8 | static_cast<std::uint8_t>(bytes[at + i]);
  return value;
}
std::int64_t little_endian(std::string_view bytes, std::size_t at, std::size_t size) {
  std::int64_t value = 0;
  for (std::size_t i = size; i-- > 0;)
    value = value << 8 | static_cast<std::uint8_t>(bytes[at + i]);
  return value;
}

// A frame's header says the size; what stands before it is passed over by its length.
std::optional<image_size> jpeg_size(std::string_view bytes) {
  for (std::size_t at = 2; at + 9 <= bytes.size();) {
    if (bytes[at] != '\xff')
      return std::nullopt;
    const auto marker = static_cast<std::uint8_t>(bytes[at + 1]);
    const bool frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8
                       && marker != 0xcc;
    if (frame)
      return image_size{big_endian(bytes, at + 7, 2), big_endian(bytes, at + 5, 2)};
    at += marker == 0xff ? 1 : 2 + static_cast<std::size_t>(big_endian(bytes, at + 2, 2));
  }
  return std::nullopt;
}

std::optional<image_size> webp_size(std::string_view bytes) {
  const std::string_view form = bytes.substr(12, 4);
  if (form == "VP8 ")
    return image_size{little_endian(bytes, 26, 2) & 0x3fff, little_endian(bytes, 28, 2) & 0x3fff};
  if (form == "VP8X")
    return image_size{little_endian(bytes, 24, 3) + 1, little_endian(bytes, 27, 3) + 1};
  if (form != "VP8L")
    return std::nullopt;
  const std::int64_t bits = little_endian(bytes, 21, 4);
  return image_size{(bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1};
}

enum class image_rule { tiles, patches, area, gemini };

struct image_price {
  std::string_view prefix; // of the model's name
  image_rule rule;
  double base; // tiles: of every image; patches: the factor; area: pixels a token
  double tile; // tiles: of each of 512 x 512 pixels
};

// The first that fits counts.
constexpr image_price prices[] = {
    {"gpt-4o-mini", image_rule::tiles, 2833, 5667}, {"gpt-4.1-mini", image_rule::patches, 1.62, 0},
    {"gpt-4.1-nano", image_rule::patches, 2.46, 0}, {"gpt-5-mini", image_rule::patches, 1.62, 0},
    {"gpt-5-nano", image_rule::patches, 2.46, 0},   {"o4-mini", image_rule::patches, 1.72, 0},
    {"gpt-5", image_rule::tiles, 70, 140},          {"o1", image_rule::tiles, 75, 150},
    {"o3", image_rule::tiles, 75, 150},             {"computer-use", image_rule::tiles, 65, 129},
    {"gemini", image_rule::gemini, 258, 0},         {"claude", image_rule::area, 750, 0},
    {"", image_rule::tiles, 85, 170},
};

const image_price& price_of(std::string_view upstream_name) {
  const std::string_view name = upstream_name.substr(upstream_name.rfind('/') + 1);
  return *std::ranges::find_if(prices,
                               [&](const image_price& p) { return name.starts_with(p.prefix); });
}

std::int64_t pieces(double length, double piece) {
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(length / piece)));
}

std::int64_t tile_tokens(const image_price& price, image_size size, bool low) {
  if (low)
    return static_cast<std::int64_t>(price.base);
  auto width = static_cast<double>(size.width);
  auto height = static_cast<double>(size.height);
  const double fit = std::min(1.0, 2048 / std::max(width, height));
  width *= fit;
  height *= fit;
  const double shrink = std::min(1.0, 768 / std::min(width, height));
  const std::int64_t tiles = pieces(std::floor(width * shrink), 512)
                             * pieces(std::floor(height * shrink), 512);
  return static_cast<std::int64_t>(price.base + price.tile * static_cast<double>(tiles));
}

std::int64_t patch_tokens(const image_price& price, image_size size) {
  constexpr double patch = 32;
  constexpr double patches_max = 1536;
  auto width = static_cast<double>(size.width);
  auto height = static_cast<double>(size.height);
  if (static_cast<double>(pieces(width, patch) * pieces(height, patch)) > patches_max) {
    double shrink = std::sqrt(patches_max * patch * patch / (width * height));
    const double across = width * shrink / patch;
    const double down = height * shrink / patch;
    shrink *= std::min(std::floor(across) / across, std::floor(down) / down);
    width *= shrink;
    height *= shrink;
  }
  const double patches = static_cast<double>(pieces(width, patch) * pieces(height, patch));
  return static_cast<std::int64_t>(std::ceil(std::min(patches, patches_max) * price.base));
}

std::int64_t area_tokens(const image_price& price, image_size size) {
  constexpr double longest = 1568;
  const auto width = static_cast<double>(size.width);
  const auto height = static_cast<double>(size.height);
  const double fit = std::min(1.0, longest / std::max(width, height));
  return static_cast<std::int64_t>(std::ceil(width * height * fit * fit / price.base));
}

std::int64_t gemini_tokens(const image_price& price, image_size size) {
  const auto each = static_cast<std::int64_t>(price.base);
  if (size.width <= 384 && size.height <= 384)
    return each;
  return each * pieces(static_cast<double>(size.width), 768)
         * pieces(static_cast<double>(size.height), 768);
}

std::int64_t tokens_for(const image_price& price, image_size size, bool low) {
  switch (price.rule) {
    case image_rule::tiles: return tile_tokens(price, size, low);
    case image_rule::patches: return patch_tokens(price, size);
    case image_rule::area: return area_tokens(price, size);
    case image_rule::gemini: break;
  }
  return gemini_tokens(price, size);
}

constexpr image_size typical{1024, 1024};

// What no image costs more than: the largest the rule does not shrink.
std::int64_t most_tokens(const image_price& price, bool low) {
  switch (price.rule) {
    case image_rule::tiles: return tile_tokens(price, {2048, 768}, low);
    case image_rule::patches: return static_cast<std::int64_t>(std::ceil(1536 * price.base));
    case image_rule::area: return area_tokens(price, {1568, 1568});
    case image_rule::gemini: break;
  }
  return gemini_tokens(price, {3072, 3072});
}

} // namespace

std::optional<image_size> size_of_image(std::string_view base64) {
  const std::string bytes = decoded_head(base64.substr(0, 64));
  if (bytes.size() < 30)
    return std::nullopt;
  if (bytes.starts_with("\x89PNG\r\n\x1a\n"))
    return image_size{big_endian(bytes, 16, 4), big_endian(bytes, 20, 4)};
  if (bytes.starts_with("GIF8"))
    return image_size{little_endian(bytes, 6, 2), little_endian(bytes, 8, 2)};
  if (bytes.starts_with("RIFF") && bytes.compare(8, 4, "WEBP") == 0)
    return webp_size(bytes);
  if (bytes.starts_with("\xff\xd8"))
    return jpeg_size(decoded_head(base64));
  return std::nullopt;
}

image_tokens tokens_of_image(std::string_view upstream_name, const content_part& image) {
  const image_price& price = price_of(upstream_name);
  const bool low = image.detail == "low";
  const auto size = size_of_image(image.data_base64);
  if (size && size->width > 0 && size->height > 0) {
    const std::int64_t tokens = tokens_for(price, *size, low);
    return {tokens, tokens};
  }
  return {tokens_for(price, typical, low), most_tokens(price, low)};
}

} // namespace spillway::tokens
