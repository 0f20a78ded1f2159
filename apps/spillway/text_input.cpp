#include "apps/spillway/text_input.hpp"

#include "core/bounds.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace spillway::apps {
namespace {

constexpr std::size_t read_bytes = 1024 * 1024;

} // namespace

result<text_input> text_input::open(const std::string& path) {
  if (path == "-")
    return text_input{"standard input", stdin};
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    return error{path + ": is a directory; name the files in it"};
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr)
    return error{path + ": " + std::strerror(errno)};
  return text_input{path, file};
}

text_input::text_input(std::string name, std::FILE* file) : name_{std::move(name)}, file_{file} {
}

result<std::size_t> text_input::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() - end_ < read_bytes)
    buffer_.resize(std::max(buffer_.size() * 2, read_bytes));
  const std::size_t got =
      std::fread(buffer_.data() + end_, 1, buffer_.size() - end_, file_.get());
  if (std::ferror(file_.get()) != 0)
    return error{name_ + ": " + std::strerror(errno)};
  end_ += got;
  return got;
}

result<std::string_view> text_input::next_bytes() {
  begin_ = end_ = 0;
  const auto got = fill();
  if (!got)
    return got.failure();
  begin_ = end_;
  return std::string_view{buffer_.data(), *got};
}

result<bool> text_input::next_line(std::string_view& line) {
  for (std::size_t searched = 0;;) {
    const char* const first = buffer_.data() + begin_;
    const std::size_t held = end_ - begin_;
    if (const void* feed = held > searched ? std::memchr(first + searched, '\n', held - searched)
                                           : nullptr) {
      line = {first, static_cast<std::size_t>(static_cast<const char*>(feed) - first)};
      begin_ += line.size() + 1;
      return true;
    }
    searched = held;
    if (held > bounds::text_line_bytes_max)
      return error{name_ + ": a line is longer than "
                   + std::to_string(bounds::text_line_bytes_max) + " bytes; is it JSON Lines?"};
    const auto got = fill();
    if (!got)
      return got.failure();
    if (*got == 0) {
      line = {buffer_.data() + begin_, held};
      begin_ = end_;
      return held > 0;
    }
  }
}

result<void> read_to_end(const std::string& path,
                         const std::function<result<void>(std::string_view)>& take) {
  auto input = text_input::open(path);
  if (!input)
    return input.failure();
  for (;;) {
    const auto bytes = input->next_bytes();
    if (!bytes)
      return bytes.failure();
    if (bytes->empty())
      return {};
    if (auto taken = take(*bytes); !taken)
      return taken;
  }
}

} // namespace spillway::apps
