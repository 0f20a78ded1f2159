#pragma once

#include "core/result.hpp"

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace spillway::apps {

/// A file, or standard input for "-", read bit by bit.
class text_input {
public:
  /// Errors: the file cannot be opened, or is a directory.
  static result<text_input> open(const std::string& path);

  /// The path, or "standard input".
  const std::string& name() const noexcept { return name_; }

  /// The next bytes, empty at the end. The view holds until the next call.
  /// Errors: the file cannot be read.
  result<std::string_view> next_bytes();

  /// The next line without its line feed; false at the end. The view holds until the next call.
  /// Errors: the file cannot be read; a line is longer than `bounds::text_line_bytes_max`.
  result<bool> next_line(std::string_view& line);

private:
  struct closer {
    void operator()(std::FILE* file) const noexcept {
      if (file != stdin)
        std::fclose(file);
    }
  };

  text_input(std::string name, std::FILE* file);
  result<std::size_t> fill();

  std::string name_;
  std::unique_ptr<std::FILE, closer> file_;
  std::string buffer_;
  std::size_t begin_ = 0; ///< of what has not been given out
  std::size_t end_ = 0;
};

/// Hands out the bytes of a file, or of standard input for "-", to its end or until `take` fails.
/// Errors: the file cannot be read; what `take` says.
result<void> read_to_end(const std::string& path,
                         const std::function<result<void>(std::string_view)>& take);

} // namespace spillway::apps
