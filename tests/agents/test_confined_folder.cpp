#include "agents/confined_folder.hpp"
#include "core/bounds.hpp"
#include "tests/agents/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

using namespace spillway;
using namespace spillway::agents;
using spillway::agents::testing::scratch_folder;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> paths(const confined_folder& root, std::string_view path) {
  const auto listing = root.list(path);
  REQUIRE(listing);
  std::vector<std::string> all;
  for (const confined_file& file : listing->files)
    all.push_back(file.path);
  return all;
}

/// `outside/secret.txt` lies beside the root, `inside/` is the root.
struct confined_world {
  scratch_folder scratch;
  fs::path inside = scratch.path() / "inside";

  confined_world() {
    scratch.write("outside/secret.txt", "secret");
    scratch.write("inside/a.txt", "alpha");
    scratch.write("inside/sub/b.txt", "beta");
  }
  confined_folder root() const {
    auto opened = confined_folder::open(inside);
    REQUIRE(opened);
    return *opened;
  }
};

} // namespace

TEST_CASE("files inside are read and listed, whatever way their path is written") {
  const confined_world world;
  const auto root = world.root();
  for (const char* path : {"a.txt", "./a.txt", ".//a.txt"})
    CHECK(root.read(path).value() == "alpha");
  CHECK(root.read("sub//b.txt").value() == "beta");
  for (const char* path : {"", ".", "./"})
    CHECK(paths(root, path) == std::vector<std::string>{"a.txt", "sub/b.txt"});
  CHECK(paths(root, "sub/") == std::vector<std::string>{"sub/b.txt"});
  CHECK(paths(root, "sub/b.txt") == std::vector<std::string>{"sub/b.txt"});
  CHECK(root.list("a.txt")->files.front().bytes == 5);
}

TEST_CASE("no spelling of a path leaves the folder") {
  const confined_world world;
  const auto root = world.root();
  const std::string attacks[] = {
      "../outside/secret.txt",
      "..",
      "./../outside/secret.txt",
      "sub/../../outside/secret.txt",
      "sub/..//../outside/secret.txt",
      "sub/../a.txt",
      (world.scratch.path() / "outside/secret.txt").string(),
      "/etc/passwd",
      "//etc/passwd",
      "/proc/self/root/etc/passwd",
      "/dev/zero",
      "~/.ssh/id_rsa",
      "..\\outside\\secret.txt",
      "%2e%2e/outside/secret.txt",
      "file:///etc/passwd",
      "...",
      std::string{"a.txt\0.jpg", 10},
      std::string{"\0", 1},
      std::string(5'000, 'a'),
      std::string(300, 'a'),
      std::string(2'000, '/') + "../outside/secret.txt",
      "a.txt/../../outside/secret.txt",
      "a.txt/x",
      "missing/x",
      "\xFF\xFE",
  };
  for (const std::string& path : attacks) {
    INFO(path);
    CHECK_FALSE(root.read(path));
    CHECK_FALSE(root.list(path));
  }
}

TEST_CASE("symbolic links are not followed, wherever they lead and wherever they stand") {
  const confined_world world;
  fs::create_symlink("../outside/secret.txt", world.inside / "to_file");
  fs::create_directory_symlink("../outside", world.inside / "to_folder");
  fs::create_directory_symlink("/", world.inside / "to_root");
  fs::create_symlink("a.txt", world.inside / "to_inside");
  fs::create_symlink("loop", world.inside / "loop");
  const auto root = world.root();
  for (const char* path : {"to_file", "to_folder/secret.txt", "to_root/etc/passwd", "to_inside",
                           "loop", "to_folder", "to_root"}) {
    INFO(path);
    const auto refused = root.read(path);
    REQUIRE_FALSE(refused);
    CHECK(refused.failure().message.find("symbolic links are not followed") != std::string::npos);
    CHECK_FALSE(root.list(path));
  }
  CHECK(paths(root, ".") == std::vector<std::string>{"a.txt", "sub/b.txt"});
}

TEST_CASE("a folder exchanged for a link after the root was opened gains nothing") {
  const confined_world world;
  const auto root = world.root();
  fs::rename(world.inside / "sub", world.scratch.path() / "moved");
  fs::create_directory_symlink("../outside", world.inside / "sub");
  CHECK_FALSE(root.read("sub/secret.txt"));
  // The root itself is held open: renaming it away and planting another does not redirect it.
  fs::rename(world.inside, world.scratch.path() / "elsewhere");
  fs::create_directory_symlink("outside", world.inside);
  CHECK_FALSE(root.read("secret.txt"));
  CHECK(root.read("a.txt").value() == "alpha");
}

TEST_CASE("FIFOs, sockets and devices are refused without opening them") {
  const confined_world world;
  REQUIRE(::mkfifo((world.inside / "fifo").c_str(), 0600) == 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (world.inside / "socket").string().copy(address.sun_path, sizeof address.sun_path - 1);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  const auto root = world.root();
  for (const char* path : {"fifo", "socket"}) {
    const auto refused = root.read(path);
    REQUIRE_FALSE(refused);
    CHECK(refused.failure().message.find("neither a regular file nor a folder")
          != std::string::npos);
  }
  CHECK(paths(root, ".") == std::vector<std::string>{"a.txt", "sub/b.txt"});
  ::close(socket);
  const auto devices = confined_folder::open("/dev");
  REQUIRE(devices);
  CHECK_FALSE(devices->read("zero"));
}

TEST_CASE("hidden names are closed and not listed, generated folders are not listed") {
  const confined_world world;
  for (const char* path :
       {".git/config", ".env", "sub/.secret/x.txt", "build/out.txt", "build-debug/out.txt",
        "cmake-build-release/o.txt", "node_modules/m/index.js", "sub/__pycache__/m.pyc"})
    world.scratch.write("inside/" + std::string{path}, "x");
  const auto root = world.root();
  CHECK(paths(root, ".") == std::vector<std::string>{"a.txt", "sub/b.txt"});
  for (const char* path : {".git/config", ".env", "sub/.secret/x.txt", ".git"})
    CHECK_FALSE(root.read(path));
  CHECK(root.read("build/out.txt").value() == "x");
}

TEST_CASE("a listing is ordered by path, and names that could forge a line are left out") {
  const confined_world world;
  for (const char* name : {"z.txt", "B.txt", "sub/a.txt", "sub-2/a.txt", "forged\nline.txt"})
    world.scratch.write("inside/" + std::string{name}, "");
  CHECK(paths(world.root(), ".")
        == std::vector<std::string>{"B.txt", "a.txt", "sub-2/a.txt", "sub/a.txt", "sub/b.txt",
                                    "z.txt"});
}

TEST_CASE("a file above the bound is refused, one at the bound is read") {
  const confined_world world;
  world.scratch.write("inside/at", std::string(bounds::tool_file_bytes_max, 'x'));
  world.scratch.write("inside/above", std::string(bounds::tool_file_bytes_max + 1, 'x'));
  const auto root = world.root();
  CHECK(root.read("at")->size() == bounds::tool_file_bytes_max);
  const auto refused = root.read("above");
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().message.find("is larger than 4194304 bytes") != std::string::npos);
}

TEST_CASE("a tree deeper than the bound is listed down to it, and says so") {
  const confined_world world;
  std::string path = "inside";
  for (int i = 0; i < bounds::tool_walk_depth_max + 3; ++i)
    path += "/d";
  world.scratch.write(path + "/deep.txt", "");
  const auto listing = world.root().list(".");
  REQUIRE(listing);
  CHECK_FALSE(listing->complete);
  CHECK(listing->files.size() == 2);
}

TEST_CASE("a root must be a folder") {
  const confined_world world;
  CHECK_FALSE(confined_folder::open(world.inside / "a.txt"));
  const auto missing = confined_folder::open(world.inside / "missing");
  REQUIRE_FALSE(missing);
  CHECK(missing.failure().message.find("cannot open the folder") == 0);
}

TEST_CASE("folders and files are told apart") {
  const confined_world world;
  const auto folder = world.root().read("sub");
  REQUIRE_FALSE(folder);
  CHECK(folder.failure().message == "'sub': is a folder; list it instead");
  CHECK_FALSE(world.root().read("."));
}
