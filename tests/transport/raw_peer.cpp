#include "tests/transport/raw_peer.hpp"

#include <catch2/catch.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace spillway::tests {
namespace {

constexpr timeval patience{10, 0};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// A bound socket; `port` becomes the one it got.
int bound_socket(std::uint16_t& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  const bool bound = fd >= 0 && ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0;
  REQUIRE(bound);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return fd;
}

std::size_t body_size_of(std::string_view head) {
  constexpr std::string_view name = "Content-Length: ";
  const auto at = head.find(name);
  return at == std::string_view::npos ? 0 : std::stoul(std::string{head.substr(at + name.size())});
}

transport::http_endpoint plain(std::uint16_t port) {
  return {false, "127.0.0.1", port};
}

} // namespace

raw_socket::raw_socket(int fd) : fd_{fd} {
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

raw_socket::raw_socket(raw_socket&& other) noexcept
    : fd_{std::exchange(other.fd_, -1)}, unread_{std::move(other.unread_)} {
}

raw_socket::~raw_socket() {
  if (fd_ >= 0)
    ::close(fd_);
}

raw_socket raw_socket::connect(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in to = loopback(port);
  const bool connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  REQUIRE(connected);
  const int on = 1; // each write leaves at once, so that pieces come as pieces
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return raw_socket{fd};
}

bool raw_socket::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool raw_socket::receive() {
  char some[16 * 1024];
  const ssize_t n = ::recv(fd_, some, sizeof some, 0);
  if (n > 0)
    unread_.append(some, static_cast<std::size_t>(n));
  return n > 0;
}

std::string raw_socket::take(std::size_t n) {
  std::string taken = unread_.substr(0, n);
  unread_.erase(0, n);
  return taken;
}

std::string raw_socket::read_until(std::string_view mark) {
  std::size_t at = unread_.find(mark);
  while (at == std::string::npos && receive())
    at = unread_.find(mark);
  return take(at == std::string::npos ? unread_.size() : at + mark.size());
}

std::string raw_socket::read_to_end() {
  while (receive()) {
  }
  return take(unread_.size());
}

std::string raw_socket::read_request() {
  std::string head = read_until("\r\n\r\n");
  const std::size_t body_size = body_size_of(head);
  while (unread_.size() < body_size && receive()) {
  }
  return head + take(body_size);
}

void raw_socket::finish() {
  ::shutdown(fd_, SHUT_WR);
}

void raw_socket::reset() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(fd_, -1));
}

void raw_socket::receive_little() {
  const int bytes = 4096;
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

raw_server::raw_server(script s) : script_{std::move(s)}, listening_{bound_socket(port_)} {
  ::listen(listening_, 128);
  thread_ = std::thread{[this] { accept_all(); }};
}

raw_server::~raw_server() {
  stop_listening();
  thread_.join();
  ::close(listening_);
}

void raw_server::accept_all() {
  std::vector<std::thread> scripts;
  for (;;) {
    const int fd = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0)
      break;
    scripts.emplace_back([this, fd, number = accepted_++] {
      {
        raw_socket peer{fd};
        script_(peer, number);
      }
      ++closed_;
    });
  }
  for (std::thread& s : scripts)
    s.join();
}

void raw_server::stop_listening() {
  ::shutdown(listening_, SHUT_RDWR);
}

transport::http_endpoint raw_server::endpoint() const {
  return plain(port_);
}

closed_port::closed_port() : fd_{bound_socket(port_)} {
}

closed_port::~closed_port() {
  ::close(fd_);
}

transport::http_endpoint closed_port::endpoint() const {
  return plain(port_);
}

deaf_port::deaf_port() : listening_{bound_socket(port_)} {
  ::listen(listening_, 0);
  const sockaddr_in to = loopback(port_);
  // Linux completes one connection beyond the backlog, and drops what comes after it.
  for (int i = 0; i < 4; ++i) {
    backlog_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    ::connect(backlog_.back(), reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
}

deaf_port::~deaf_port() {
  for (const int fd : backlog_)
    ::close(fd);
  ::close(listening_);
}

transport::http_endpoint deaf_port::endpoint() const {
  return plain(port_);
}

} // namespace spillway::tests
