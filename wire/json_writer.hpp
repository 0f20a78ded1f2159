#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

/// Internal to the sources of `wire/`: JSON written as text in one go.
namespace spillway::wire {

/// Writes one document, in the order of the calls. What is opened must be closed, and an object's
/// members have keys: nothing checks it.
class json_writer {
public:
  /// `bytes`: how long it will be, roughly.
  explicit json_writer(std::size_t bytes = 256) { out_.reserve(bytes); }

  json_writer& open(char bracket);  ///< '{' or '['
  json_writer& close(char bracket); ///< '}' or ']'
  json_writer& key(std::string_view name); ///< of letters that need no escape
  json_writer& text(std::string_view value);
  json_writer& integer(std::int64_t value);
  json_writer& null() { return raw("null"); }
  json_writer& raw(std::string_view json); ///< a value's text

  json_writer& member(std::string_view name, std::string_view value) {
    return key(name).text(value);
  }
  template <std::integral Number>
    requires(!std::same_as<Number, bool>)
  json_writer& member(std::string_view name, Number value) {
    return key(name).integer(static_cast<std::int64_t>(value));
  }

  std::string take() { return std::move(out_); }

private:
  void separate();

  std::string out_;
};

} // namespace spillway::wire
