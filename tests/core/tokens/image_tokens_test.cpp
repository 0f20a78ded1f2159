#include "core/tokens/image_tokens.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::tokens;

namespace {

std::string base64(const std::string& bytes) {
  constexpr const char* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j)
      bits = bits << 8 | (i + j < bytes.size() ? static_cast<std::uint8_t>(bytes[i + j]) : 0u);
    for (int shift = 18; shift >= 0; shift -= 6)
      out += digits[bits >> shift & 63];
  }
  return out;
}

std::string high_first(std::uint32_t n, int bytes) {
  std::string out;
  while (bytes-- > 0)
    out += static_cast<char>(n >> (8 * bytes));
  return out;
}

std::string png(std::uint32_t width, std::uint32_t height) {
  return base64("\x89PNG\r\n\x1a\n" + std::string("\0\0\0\rIHDR", 8) + high_first(width, 4)
                + high_first(height, 4) + std::string(40, '\0'));
}

std::string jpeg(std::uint32_t width, std::uint32_t height, std::size_t metadata) {
  return base64("\xff\xd8\xff\xe1" + high_first(static_cast<std::uint32_t>(metadata + 2), 2)
                + std::string(metadata, 'm') + "\xff\xc2" + std::string("\0\x11\x08", 3)
                + high_first(height, 2) + high_first(width, 2) + std::string(40, '\0'));
}

content_part image(std::string data, std::string detail = "") {
  content_part part;
  part.what = content_part::kind::image;
  part.data_base64 = std::move(data);
  part.detail = std::move(detail);
  return part;
}

} // namespace

TEST_CASE("The size of an image is read from its beginning") {
  CHECK(size_of_image(png(640, 480)) == image_size{640, 480});
  CHECK(size_of_image(jpeg(800, 600, 50)) == image_size{800, 600});
  CHECK(size_of_image(jpeg(800, 600, 60'000)) == image_size{800, 600});
  CHECK(size_of_image(base64("GIF89a" + std::string("\x20\x03\x58\x02", 4) + std::string(40, '\0')))
        == image_size{800, 600});
  CHECK(size_of_image(base64("RIFF" + std::string(4, 'x') + "WEBPVP8X" + std::string(8, '\0')
                             + std::string("\x1f\x03\x00\x57\x02\x00", 6) + std::string(20, '\0')))
        == image_size{800, 600});
  CHECK(!size_of_image(""));
  CHECK(!size_of_image("not base64 at all, and no image either, whatever it says here and there"));
  CHECK(!size_of_image(base64("\xff\xd8\xff\xe1\xff\xff" + std::string(60, 'x'))));
}

TEST_CASE("Images cost what the vendors' tables say") {
  CHECK(tokens_of_image("gpt-4o", image(png(1024, 1024), "high")).likely == 765);
  CHECK(tokens_of_image("gpt-4o", image(png(2048, 4096), "high")).likely == 1105);
  CHECK(tokens_of_image("gpt-4o", image(png(4096, 8192), "low")).likely == 85);
  CHECK(tokens_of_image("gpt-4o-mini", image(png(1024, 1024))).likely == 2833 + 4 * 5667);
  CHECK(tokens_of_image("gpt-5", image(png(512, 512))).likely == 210);
  CHECK(tokens_of_image("gpt-4.1-mini", image(png(1024, 1024))).likely == 1659);
  CHECK(tokens_of_image("o4-mini", image(png(1800, 2400))).likely <= 2642);
  CHECK(tokens_of_image("o4-mini", image(png(1800, 2400))).likely >= 2400);
  CHECK(tokens_of_image("gemini-2.5-flash", image(png(300, 300))).likely == 258);
  CHECK(tokens_of_image("gemini-2.5-flash", image(png(1536, 768))).likely == 516);
  CHECK(tokens_of_image("claude-sonnet-4-5", image(png(1000, 750))).likely == 1000);
}

TEST_CASE("No image costs more than what one of unknown size is taken for at most") {
  for (const char* model : {"gpt-4o", "gpt-4o-mini", "gpt-5", "gpt-5-mini", "claude-opus-4-5"})
    for (const std::uint32_t width : {1u, 33u, 500u, 768u, 1500u, 2048u, 5000u})
      for (const std::uint32_t height : {1u, 511u, 800u, 1568u, 2100u, 9000u}) {
        CAPTURE(model, width, height);
        CHECK(tokens_of_image(model, image(png(width, height))).likely
              <= tokens_of_image(model, image("")).most);
      }
}
