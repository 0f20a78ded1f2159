#include "core/bounds.hpp"
#include "storage/journal.hpp"
#include "tests/storage/scratch.hpp"
#include "tests/support/watched_storage.hpp"

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

using namespace spillway;
using namespace spillway::tests;
using storage::journal;

namespace {

/// A system that fails at steps of our choice, while this lives.
class failing_disk {
public:
  failing_disk() {
    watch_storage({[this](storage_step step) {
                     return step == step_ && --steps_left_ <= 0 ? code_ : SQLITE_OK;
                   },
                   {}});
  }
  ~failing_disk() { watch_storage({}); }
  failing_disk(const failing_disk&) = delete;
  failing_disk& operator=(const failing_disk&) = delete;

  /// From the `nth` such step on, each fails with `code`.
  void fail(storage_step step, int code, int nth = 1) {
    step_ = step;
    code_ = code;
    steps_left_ = nth;
  }
  void mend() { code_ = SQLITE_OK; }

private:
  storage_step step_ = storage_step::wal_write;
  int code_ = SQLITE_OK;
  int steps_left_ = 0;
};

storage::journal_batch call(std::uint64_t n) {
  storage::journal_batch batch;
  batch.intents.push_back(intent(n));
  return batch;
}

std::string refusal(journal& j, std::uint64_t n) {
  const auto done = j.commit(call(n), noon);
  return done ? std::string{} : done.failure().message;
}

} // namespace

TEST_CASE("a write that fails refuses the commit as a whole, wherever it fails, and no later one") {
  const auto [code, words] = GENERATE(table<int, std::string>({
      {SQLITE_FULL, "the disk is full"},
      {SQLITE_IOERR_WRITE, "the disk failed"},
      {SQLITE_READONLY, "cannot be written"},
  }));
  const scratch s;
  failing_disk disk;
  auto j = open_or_fail(s.file());
  REQUIRE(j->commit(call(1), noon));
  std::uint64_t n = 1;
  std::size_t kept = 1;
  for (int step = 1; step <= 12; ++step) {
    disk.fail(storage_step::wal_write, code, step);
    const std::string why = refusal(*j, ++n);
    disk.mend();
    kept += why.empty() ? 1 : 0;
    if (!why.empty())
      CHECK(why.find(words) != std::string::npos);
    CHECK(j->verify()->intents == kept);
    CHECK_FALSE(j->is_broken());
  }
  CHECK(kept > 1); // a commit has fewer steps than the last ones we waited for
  CHECK(kept < n);
  CHECK(refusal(*j, 1000).empty());
}

TEST_CASE("after a sync that failed nothing is taken until a restart: nobody knows what is there") {
  const scratch s;
  failing_disk disk;
  {
    auto j = open_or_fail(s.file());
    REQUIRE(j->commit(call(1), noon));
    disk.fail(storage_step::wal_sync, SQLITE_IOERR_FSYNC);
    CHECK(refusal(*j, 2).find("the disk failed") != std::string::npos);
    CHECK(j->is_broken());
    disk.mend();
    CHECK(refusal(*j, 3).find("started again") != std::string::npos);
    CHECK_FALSE(j->probe());
  }
  auto j = open_or_fail(s.file());
  const auto v = *j->verify();
  CHECK(v.intents >= 1);
  CHECK(v.intents <= 2);
  CHECK(refusal(*j, 4).empty());
}

TEST_CASE("a checkpoint that cannot sync stops the journal too, with all that it had promised") {
  const scratch s;
  failing_disk disk;
  std::uint64_t n = 0;
  {
    auto j = open_or_fail(s.file());
    disk.fail(storage_step::file_sync, SQLITE_IOERR_FSYNC);
    while (!j->is_broken() && n < 5'000)
      REQUIRE(refusal(*j, ++n).empty());
    CHECK(j->is_broken());
    disk.mend();
  }
  auto j = open_or_fail(s.file());
  CHECK(j->verify()->intents == n);
}

TEST_CASE("a checkpoint that has no room waits for some") {
  const scratch s;
  failing_disk disk;
  auto j = open_or_fail(s.file());
  disk.fail(storage_step::file_write, SQLITE_FULL);
  std::uint64_t n = 0;
  while (n < 1'500)
    REQUIRE(refusal(*j, ++n).empty());
  CHECK_FALSE(j->is_broken());
  disk.mend();
  REQUIRE(refusal(*j, ++n).empty());
  j.reset();
  CHECK(number_in(s.file(), "select count(*) from intent") == static_cast<std::int64_t>(n));
}

TEST_CASE("a damaged page is named as what it is, and nothing more is written over it") {
  const scratch s;
  {
    auto j = open_or_fail(s.file());
    for (std::uint64_t n = 1; n <= 2'000; ++n)
      REQUIRE(j->commit(call(n), noon));
  }
  {
    std::fstream file{s.file(), std::ios::in | std::ios::out | std::ios::binary};
    const auto size = static_cast<std::streamoff>(std::filesystem::file_size(s.file()));
    for (std::streamoff page = 4096; page < size; page += 4096) {
      file.seekp(page);
      file << std::string(64, '\xff');
    }
  }
  auto j = journal::open(s.file());
  std::string why = j ? refusal(**j, 5'000) : j.failure().message;
  CHECK(why.find("damaged") != std::string::npos);
  if (j)
    CHECK((*j)->is_broken());
}

TEST_CASE("a power failure at any sync loses nothing that was acknowledged") {
  for (int survives = 1; survives <= 25; survives += 3) {
    INFO("power fails at sync " << survives);
    const scratch s;
    int pipe_ends[2];
    REQUIRE(pipe(pipe_ends) == 0);
    const pid_t child = fork();
    if (child == 0) {
      // What a file was at its last sync is all that is left of it.
      int syncs = 0;
      watch_storage(
          {[&](storage_step step) {
             const bool sync = step == storage_step::wal_sync || step == storage_step::file_sync;
             if (sync && ++syncs == survives)
               kill(getpid(), SIGKILL);
             return SQLITE_OK;
           },
           [](storage_step step, const std::string& path) {
             if (step == storage_step::wal_sync || step == storage_step::file_sync)
               std::filesystem::copy_file(path, path + ".durable",
                                          std::filesystem::copy_options::overwrite_existing);
           }});
      auto j = journal::open(s.file());
      for (std::uint64_t n = 1;; ++n)
        if (!(*j)->commit(call(n), noon) || write(pipe_ends[1], &n, sizeof n) != sizeof n)
          _exit(1);
    }
    close(pipe_ends[1]);
    std::uint64_t acknowledged = 0;
    while (read(pipe_ends[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged) {
    }
    close(pipe_ends[0]);
    waitpid(child, nullptr, 0);
    std::filesystem::remove(s.file() + "-shm");
    for (const std::string& path : {s.file(), s.file() + "-wal"}) {
      std::filesystem::remove(path);
      if (std::filesystem::exists(path + ".durable"))
        std::filesystem::rename(path + ".durable", path);
    }
    auto j = open_or_fail(s.file());
    CHECK(j->verify()->intents >= acknowledged);
  }
}
