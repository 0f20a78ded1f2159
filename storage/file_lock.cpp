#include "storage/file_lock.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace spillway::storage {

file_lock::~file_lock() {
  if (handle_ >= 0)
    close(handle_);
}

result<file_lock> file_lock::take(const std::string& path, const std::string& what) {
  const int handle = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (handle < 0)
    return error{what + ": its lock '" + path
                 + "' cannot be made; check that its folder exists and is writable ("
                 + std::strerror(errno) + ")"};
  file_lock held{handle};
  if (flock(handle, LOCK_EX | LOCK_NB) == 0)
    return held;
  if (errno == EWOULDBLOCK)
    return error{what + ": another process has it open; give each runtime its own journal"};
  return error{what + ": its lock '" + path + "' cannot be taken (" + std::strerror(errno) + ")"};
}

} // namespace spillway::storage
