#pragma once

#include <string>
#include <utility>

namespace spillway {

/// A credential. It has no stream operator, no conversion and no place in a message: whoever needs
/// the text must say `reveal`, which is easy to look for.
class secret {
public:
  secret() = default;
  explicit secret(std::string text) : text_{std::move(text)} {}

  const std::string& reveal() const noexcept { return text_; }
  bool empty() const noexcept { return text_.empty(); }

  friend bool operator==(const secret&, const secret&) = default;

private:
  std::string text_;
};

} // namespace spillway
