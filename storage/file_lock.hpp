#pragma once

// Internal to storage: one owner of a file at a time.

#include "core/result.hpp"

#include <string>
#include <utility>

namespace spillway::storage {

/// The right to change what a file stands for, held until this object or its process is gone,
/// however that ends. The file itself is empty and stays.
class file_lock {
public:
  file_lock() = default; ///< holds nothing
  file_lock(file_lock&& other) noexcept : handle_{std::exchange(other.handle_, -1)} {}
  file_lock& operator=(file_lock&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~file_lock();

  /// Errors: another process (or this one) holds it, or the file cannot be made. `what` names what
  /// is locked in them.
  static result<file_lock> take(const std::string& path, const std::string& what);

private:
  explicit file_lock(int handle) : handle_{handle} {}
  int handle_ = -1;
};

} // namespace spillway::storage
