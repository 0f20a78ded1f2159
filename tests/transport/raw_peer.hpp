#pragma once

#include "transport/http_client.hpp"

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace spillway::tests {

/// One end of a TCP connection, blocking, for sending what no well-behaved peer would. Every wait
/// ends after ten seconds at the latest.
class raw_socket {
public:
  explicit raw_socket(int fd);
  raw_socket(raw_socket&& other) noexcept;
  raw_socket& operator=(raw_socket&&) = delete;
  ~raw_socket();

  /// Connects to a port of this machine.
  static raw_socket connect(std::uint16_t port);

  /// Sends all of it; false if the other side is gone.
  bool write(std::string_view bytes);
  /// What arrived up to and with `mark`; less if the other side closed or reset before.
  std::string read_until(std::string_view mark);
  /// What arrives until the other side closes or resets.
  std::string read_to_end();
  /// Reads one request with its body; empty if the other side closed.
  std::string read_request();
  /// Sends FIN, and goes on reading.
  void finish();
  /// Closes with RST.
  void reset();
  /// Shrinks the receive buffer, so that a writer on the other side is soon blocked.
  void receive_little();

private:
  bool receive();
  std::string take(std::size_t n);

  int fd_;
  std::string unread_;
};

/// A server of this machine whose connections are scripts. The script gets connection number 0, 1,
/// ... in turn, each on its own thread; the destructor waits for them.
class raw_server {
public:
  using script = std::function<void(raw_socket&, int connection)>;

  explicit raw_server(script s);
  ~raw_server();

  transport::http_endpoint endpoint() const;
  int connections() const { return accepted_; }
  /// Of those, how many this end has closed.
  int closed() const { return closed_; }
  /// Refuses connections from now on; those it has live on.
  void stop_listening();

private:
  void accept_all();

  script script_;
  std::uint16_t port_ = 0;
  int listening_;
  std::atomic<int> accepted_ = 0;
  std::atomic<int> closed_ = 0;
  std::thread thread_;
};

/// A port of this machine that nobody listens on, and nobody else gets while this lives.
class closed_port {
public:
  closed_port();
  ~closed_port();
  transport::http_endpoint endpoint() const;

private:
  std::uint16_t port_ = 0;
  int fd_;
};

/// A port whose connections are never completed: its backlog is full.
class deaf_port {
public:
  deaf_port();
  ~deaf_port();
  transport::http_endpoint endpoint() const;

private:
  std::uint16_t port_ = 0;
  int listening_;
  std::vector<int> backlog_;
};

} // namespace spillway::tests
