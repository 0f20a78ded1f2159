#include "tests/support/watched_storage.hpp"

#include <sqlite3.h>

#include <cstring>
#include <utility>

namespace spillway::tests {
namespace {

// SQLite's own C interface keeps its state in globals, and so must a system layer registered there.
storage_watch watch;
sqlite3_vfs* system_vfs = nullptr;

/// A file of the system's own layer, and which of our steps its writes are.
struct watched_file {
  sqlite3_file base;
  sqlite3_file* inner;
  const char* path;
  bool watched;
  bool wal;
};

watched_file* watched(sqlite3_file* f) {
  return reinterpret_cast<watched_file*>(f);
}

sqlite3_file* inner(sqlite3_file* f) {
  return watched(f)->inner;
}

int ask(sqlite3_file* f, storage_step of_wal, storage_step of_file) {
  const watched_file* w = watched(f);
  return w->watched && watch.before ? watch.before(w->wal ? of_wal : of_file) : SQLITE_OK;
}

void tell(sqlite3_file* f, storage_step of_wal, storage_step of_file) {
  const watched_file* w = watched(f);
  if (w->watched && watch.after)
    watch.after(w->wal ? of_wal : of_file, w->path != nullptr ? w->path : "");
}

int close(sqlite3_file* f) {
  return inner(f)->pMethods->xClose(inner(f));
}
int read(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
  return inner(f)->pMethods->xRead(inner(f), to, size, at);
}

int write(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
  const int answer = ask(f, storage_step::wal_write, storage_step::file_write);
  if (answer != SQLITE_OK && answer != write_half)
    return answer;
  const int bytes = answer == write_half ? size / 2 : size;
  const int code = inner(f)->pMethods->xWrite(inner(f), from, bytes, at);
  tell(f, storage_step::wal_write, storage_step::file_write);
  return code;
}

int sync(sqlite3_file* f, int flags) {
  if (const int answer = ask(f, storage_step::wal_sync, storage_step::file_sync);
      answer != SQLITE_OK)
    return answer;
  const int code = inner(f)->pMethods->xSync(inner(f), flags);
  tell(f, storage_step::wal_sync, storage_step::file_sync);
  return code;
}

int truncate(sqlite3_file* f, sqlite3_int64 size) {
  return inner(f)->pMethods->xTruncate(inner(f), size);
}
int file_size(sqlite3_file* f, sqlite3_int64* size) {
  return inner(f)->pMethods->xFileSize(inner(f), size);
}
int lock(sqlite3_file* f, int level) {
  return inner(f)->pMethods->xLock(inner(f), level);
}
int unlock(sqlite3_file* f, int level) {
  return inner(f)->pMethods->xUnlock(inner(f), level);
}
int check_reserved(sqlite3_file* f, int* held) {
  return inner(f)->pMethods->xCheckReservedLock(inner(f), held);
}
int control(sqlite3_file* f, int op, void* arg) {
  return inner(f)->pMethods->xFileControl(inner(f), op, arg);
}
int sector_size(sqlite3_file* f) {
  return inner(f)->pMethods->xSectorSize(inner(f));
}
int characteristics(sqlite3_file* f) {
  return inner(f)->pMethods->xDeviceCharacteristics(inner(f));
}
int shm_map(sqlite3_file* f, int region, int size, int extend, void volatile** at) {
  return inner(f)->pMethods->xShmMap(inner(f), region, size, extend, at);
}
int shm_lock(sqlite3_file* f, int offset, int count, int flags) {
  return inner(f)->pMethods->xShmLock(inner(f), offset, count, flags);
}
void shm_barrier(sqlite3_file* f) {
  inner(f)->pMethods->xShmBarrier(inner(f));
}
int shm_unmap(sqlite3_file* f, int remove) {
  return inner(f)->pMethods->xShmUnmap(inner(f), remove);
}

const sqlite3_io_methods methods{2,
                                 close,
                                 read,
                                 write,
                                 truncate,
                                 sync,
                                 file_size,
                                 lock,
                                 unlock,
                                 check_reserved,
                                 control,
                                 sector_size,
                                 characteristics,
                                 shm_map,
                                 shm_lock,
                                 shm_barrier,
                                 shm_unmap,
                                 nullptr,
                                 nullptr};

int open(sqlite3_vfs*, const char* name, sqlite3_file* f, int flags, int* out_flags) {
  watched_file* w = watched(f);
  std::memset(w, 0, sizeof *w);
  w->inner = reinterpret_cast<sqlite3_file*>(w + 1);
  w->path = name;
  w->wal = (flags & SQLITE_OPEN_WAL) != 0;
  w->watched = w->wal || (flags & SQLITE_OPEN_MAIN_DB) != 0;
  const int code = system_vfs->xOpen(system_vfs, name, w->inner, flags, out_flags);
  if (w->inner->pMethods != nullptr)
    w->base.pMethods = &methods;
  return code;
}

} // namespace

void watch_storage(storage_watch given) {
  static sqlite3_vfs layer;
  watch = std::move(given);
  if (system_vfs != nullptr)
    return;
  system_vfs = sqlite3_vfs_find(nullptr);
  layer = *system_vfs;
  layer.zName = "watched";
  layer.szOsFile = static_cast<int>(sizeof(watched_file)) + system_vfs->szOsFile;
  layer.xOpen = open;
  sqlite3_vfs_register(&layer, 1);
}

} // namespace spillway::tests
