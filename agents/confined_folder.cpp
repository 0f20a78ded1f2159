#include "agents/confined_folder.hpp"

#include "core/bounds.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace spillway::agents {

/// Owns one file descriptor.
class confined_folder::descriptor {
public:
  explicit descriptor(int fd) noexcept : fd_{fd} {}
  descriptor(descriptor&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~descriptor() {
    if (fd_ >= 0)
      ::close(fd_);
  }
  int get() const noexcept { return fd_; }
  bool is_open() const noexcept { return fd_ >= 0; }

private:
  int fd_;
};

namespace {

constexpr std::size_t path_bytes_max = 4096;
constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
// O_NONBLOCK: a FIFO put in the file's place after the check must not block the open.
constexpr int file_flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;

std::string system_message() {
  return std::generic_category().message(errno);
}

error refused(std::string_view path, std::string_view why) {
  return error{"'" + std::string{path} + "': " + std::string{why}};
}

bool is_hidden(std::string_view name) noexcept {
  return name.starts_with('.');
}

/// The names of a path from the root on; empty for the root itself.
result<std::vector<std::string>> names_of(std::string_view path) {
  if (path.find('\0') != std::string_view::npos)
    return error{"the path holds a NUL byte"};
  if (path.size() > path_bytes_max)
    return error{"the path is longer than " + std::to_string(path_bytes_max) + " bytes"};
  if (path.starts_with('/'))
    return refused(path, "must be relative to the project folder");
  std::vector<std::string> names;
  for (std::string_view rest = path; !rest.empty();) {
    const std::string_view name = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
    if (name.empty() || name == ".")
      continue;
    if (name == "..")
      return refused(path, "'..' is not allowed");
    if (is_hidden(name))
      return refused(path, "hidden files and folders are closed");
    names.emplace_back(name);
  }
  return names;
}

/// The kind and size of a name in a folder, links not followed. Errors: none there; a link, or
/// neither a file nor a folder.
result<struct stat> inspect(int folder, const std::string& name, std::string_view path) {
  struct stat status {};
  if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
    return refused(path, system_message());
  if (S_ISLNK(status.st_mode))
    return refused(path, "symbolic links are not followed");
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
    return refused(path, "is neither a regular file nor a folder");
  return status;
}

/// Everything up to the end of the file, or an error as soon as it is larger than allowed: the size
/// told beforehand may be wrong (a file may grow, /proc tells 0).
result<std::string> read_all(int file, std::string_view path) {
  std::string content;
  std::array<char, 64 * 1024> block;
  for (;;) {
    const ssize_t got = ::read(file, block.data(), block.size());
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return refused(path, system_message());
    if (got == 0)
      return content;
    content.append(block.data(), static_cast<std::size_t>(got));
    if (content.size() > bounds::tool_file_bytes_max)
      return refused(path,
                     "is larger than " + std::to_string(bounds::tool_file_bytes_max) + " bytes");
  }
}

/// Folders full of what machines wrote.
bool is_generated(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 4> exact = {"build", "node_modules", "__pycache__",
                                                     "target"};
  return std::ranges::find(exact, name) != exact.end() || name.starts_with("build-")
         || name.starts_with("cmake-build-");
}

bool has_control_character(std::string_view name) noexcept {
  return std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

} // namespace

/// Walks one tree and collects its files.
class confined_folder::walker {
public:
  /// Takes what lies in `folder`, which `prefix` ("" or "a/b/") leads to.
  void walk(descriptor folder, const std::string& prefix, int depth);
  confined_listing take() && {
    std::ranges::sort(found_.files, {}, &confined_file::path);
    return std::move(found_);
  }

private:
  std::vector<std::string> names_in(const descriptor& folder);
  void visit(const descriptor& folder, const std::string& name, const std::string& prefix,
             int depth);

  confined_listing found_;
  std::size_t entries_ = 0;
};

std::vector<std::string> confined_folder::walker::names_in(const descriptor& folder) {
  std::vector<std::string> names;
  // fdopendir takes the descriptor over, so it gets one of its own.
  const int copy = ::openat(folder.get(), ".", folder_flags);
  DIR* stream = copy >= 0 ? ::fdopendir(copy) : nullptr;
  if (!stream) {
    if (copy >= 0)
      ::close(copy);
    return names;
  }
  while (const dirent* entry = ::readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (is_hidden(name) || has_control_character(name))
      continue;
    if (++entries_ > bounds::tool_walk_entries_max) {
      found_.complete = false;
      break;
    }
    names.emplace_back(name);
  }
  ::closedir(stream);
  return names;
}

void confined_folder::walker::walk(descriptor folder, const std::string& prefix, int depth) {
  if (depth > bounds::tool_walk_depth_max) {
    found_.complete = false;
    return;
  }
  for (const std::string& name : names_in(folder))
    visit(folder, name, prefix, depth);
}

void confined_folder::walker::visit(const descriptor& folder, const std::string& name,
                                    const std::string& prefix, int depth) {
  const auto status = inspect(folder.get(), name, name);
  if (!status)
    return;
  if (S_ISREG(status->st_mode)) {
    found_.files.push_back({prefix + name, static_cast<std::uint64_t>(status->st_size)});
    return;
  }
  if (is_generated(name))
    return;
  if (descriptor child{::openat(folder.get(), name.c_str(), folder_flags)}; child.is_open())
    walk(std::move(child), prefix + name + "/", depth + 1);
}

result<confined_folder> confined_folder::open(const std::filesystem::path& root) {
  descriptor opened{::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!opened.is_open())
    return error{"cannot open the folder '" + root.string() + "': " + system_message()};
  return confined_folder{std::make_shared<const descriptor>(std::move(opened))};
}

/// Opens the folder that holds the last of `names`, one name after the other.
result<confined_folder::descriptor>
confined_folder::open_parent(const std::vector<std::string>& names, std::string_view path) const {
  descriptor folder{::openat(root_->get(), ".", folder_flags)};
  for (std::size_t i = 0; folder.is_open() && i + 1 < names.size(); ++i) {
    if (auto status = inspect(folder.get(), names[i], path); !status)
      return status.failure();
    folder = descriptor{::openat(folder.get(), names[i].c_str(), folder_flags)};
  }
  if (!folder.is_open())
    return refused(path, system_message());
  return folder;
}

result<std::string> confined_folder::read(std::string_view path) const {
  const auto names = names_of(path);
  if (!names)
    return names.failure();
  if (names->empty())
    return refused(path, "is a folder; list it instead");
  const auto parent = open_parent(*names, path);
  if (!parent)
    return parent.failure();
  const auto status = inspect(parent->get(), names->back(), path);
  if (!status)
    return status.failure();
  if (!S_ISREG(status->st_mode))
    return refused(path, "is a folder; list it instead");
  const descriptor file{::openat(parent->get(), names->back().c_str(), file_flags)};
  struct stat opened {};
  if (!file.is_open() || ::fstat(file.get(), &opened) != 0)
    return refused(path, system_message());
  if (!S_ISREG(opened.st_mode))
    return refused(path, "is not a regular file");
  return read_all(file.get(), path);
}

result<confined_listing> confined_folder::list(std::string_view path) const {
  const auto names = names_of(path);
  if (!names)
    return names.failure();
  auto folder = open_parent(*names, path);
  if (!folder)
    return folder.failure();
  std::string prefix;
  for (const std::string& name : *names)
    prefix += name + "/";
  if (!names->empty()) {
    const auto status = inspect(folder->get(), names->back(), path);
    if (!status)
      return status.failure();
    if (S_ISREG(status->st_mode)) {
      prefix.pop_back();
      return confined_listing{{{prefix, static_cast<std::uint64_t>(status->st_size)}}, true};
    }
    folder = descriptor{::openat(folder->get(), names->back().c_str(), folder_flags)};
    if (!folder->is_open())
      return refused(path, system_message());
  }
  walker walk;
  walk.walk(std::move(*folder), prefix, 0);
  return std::move(walk).take();
}

} // namespace spillway::agents
