#pragma once

#include "core/assert.hpp"

#include <string>
#include <utility>
#include <variant>

namespace spillway {

/// Why an operation could not be done. `message` says what, which (model, field, file:line) and
/// what to do; it never holds a secret, a prompt or a completion.
struct error {
  std::string message;
  friend bool operator==(const error&, const error&) = default;
};

/// A value or the error that kept it from being. Stands in for `std::expected`, which GCC 12 lacks.
template <class T>
class [[nodiscard]] result {
public:
  result(T value) : state_{std::in_place_index<0>, std::move(value)} {}
  result(error e) : state_{std::in_place_index<1>, std::move(e)} {}

  bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  T& value() & {
    SPILLWAY_ASSERT(has_value());
    return std::get<0>(state_);
  }
  const T& value() const& {
    SPILLWAY_ASSERT(has_value());
    return std::get<0>(state_);
  }
  T&& value() && {
    SPILLWAY_ASSERT(has_value());
    return std::get<0>(std::move(state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// Requires: no value.
  const error& failure() const {
    SPILLWAY_ASSERT(!has_value());
    return std::get<1>(state_);
  }

private:
  std::variant<T, error> state_;
};

/// Success without a value, or an error.
template <>
class [[nodiscard]] result<void> {
public:
  result() = default;
  result(error e) : failure_{std::move(e)}, failed_{true} {}

  bool has_value() const noexcept { return !failed_; }
  explicit operator bool() const noexcept { return has_value(); }

  /// Requires: no value.
  const error& failure() const {
    SPILLWAY_ASSERT(failed_);
    return failure_;
  }

private:
  error failure_;
  bool failed_ = false;
};

} // namespace spillway
