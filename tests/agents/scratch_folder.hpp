#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace spillway::agents::testing {

/// A fresh folder for one test, removed at its end.
class scratch_folder {
public:
  scratch_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "spillway-XXXXXX").string();
    if (!::mkdtemp(name.data()))
      throw std::runtime_error{"cannot create " + name};
    path_ = name;
  }
  ~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

  void write(std::string_view relative, std::string_view content) const {
    const auto file = path_ / relative;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream out{file, std::ios::binary};
    out << content;
    if (!out.flush())
      throw std::runtime_error{"cannot write " + file.string()};
  }

private:
  std::filesystem::path path_;
};

} // namespace spillway::agents::testing
