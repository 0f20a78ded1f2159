#include "runtime/service_notifier.hpp"
#include "transport/io_threads.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

using namespace spillway;
using runtime::service_notifier;

namespace {

/// What systemd listens on.
struct notify_socket {
  notify_socket() {
    REQUIRE(mkdtemp(folder.data()) != nullptr);
    handle = ::socket(AF_UNIX, SOCK_DGRAM, 0);
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::strcpy(at.sun_path, path().c_str());
    REQUIRE(::bind(handle, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
    const timeval patience{10, 0};
    ::setsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~notify_socket() {
    ::close(handle);
    std::filesystem::remove_all(folder);
  }
  notify_socket(const notify_socket&) = delete;
  notify_socket& operator=(const notify_socket&) = delete;

  std::string path() const { return folder + "/notify"; }

  std::string hear() {
    char text[512];
    const ssize_t size = ::recv(handle, text, sizeof text, 0);
    REQUIRE(size > 0);
    return {text, static_cast<std::size_t>(size)};
  }

  std::string folder = "/tmp/spillway-notify-XXXXXX";
  int handle = -1;
};

config::environment with(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) {
    const auto it = variables.find(name);
    return it == variables.end() ? std::nullopt : std::optional{it->second};
  };
}

} // namespace

TEST_CASE("systemd hears that the service is ready, reloads and stops") {
  notify_socket systemd;
  transport::io_threads io{1};
  auto notifier = service_notifier::make(with({{"NOTIFY_SOCKET", systemd.path()}}), io.context());
  REQUIRE(notifier);
  (*notifier)->ready("serving");
  CHECK(systemd.hear() == "READY=1\nSTATUS=serving");
  (*notifier)->reloading();
  CHECK(systemd.hear().starts_with("RELOADING=1\nMONOTONIC_USEC="));
  (*notifier)->stopping("waiting for calls");
  CHECK(systemd.hear() == "STOPPING=1\nSTATUS=waiting for calls");
}

TEST_CASE("the watchdog is fed again and again once the service is ready") {
  notify_socket systemd;
  transport::io_threads io{1};
  auto notifier = service_notifier::make(with({{"NOTIFY_SOCKET", systemd.path()},
                                               {"WATCHDOG_PID", std::to_string(::getpid())},
                                               {"WATCHDOG_USEC", "2000"}}),
                                         io.context());
  REQUIRE(notifier);
  (*notifier)->ready("serving");
  CHECK(systemd.hear() == "READY=1\nSTATUS=serving");
  for (int i = 0; i < 3; ++i)
    CHECK(systemd.hear() == "WATCHDOG=1");
}

TEST_CASE("another process's watchdog is not ours to feed") {
  notify_socket systemd;
  transport::io_threads io{1};
  auto notifier = service_notifier::make(with({{"NOTIFY_SOCKET", systemd.path()},
                                               {"WATCHDOG_PID", "1"},
                                               {"WATCHDOG_USEC", "2000"}}),
                                         io.context());
  REQUIRE(notifier);
  (*notifier)->ready("serving");
  CHECK(systemd.hear() == "READY=1\nSTATUS=serving");
  (*notifier)->stopping("");
  CHECK(systemd.hear() == "STOPPING=1\nSTATUS=");
}

TEST_CASE("without systemd nobody is told, and a socket that is none is an error") {
  transport::io_threads io{1};
  auto silent = service_notifier::make(with({{"WATCHDOG_USEC", "2000"}}), io.context());
  REQUIRE(silent);
  (*silent)->ready("serving");
  (*silent)->stopping("");
  const auto refused =
      service_notifier::make(with({{"NOTIFY_SOCKET", "/nowhere/notify"}}), io.context());
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().message.find("/nowhere/notify") != std::string::npos);
}
