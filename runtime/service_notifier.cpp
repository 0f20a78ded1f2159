#include "runtime/service_notifier.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace spillway::runtime {
namespace {

namespace asio = boost::asio;

std::optional<std::int64_t> number_in(const config::environment& variables, const char* name) {
  const auto text = variables(name);
  std::int64_t value = 0;
  if (!text)
    return std::nullopt;
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), value);
  const bool whole = failed == std::errc{} && end == text->data() + text->size();
  return whole && value > 0 ? std::optional{value} : std::nullopt;
}

/// Zero: nobody watches us.
std::chrono::microseconds watchdog_period(const config::environment& variables) {
  const auto pid = variables("WATCHDOG_PID");
  if (pid && number_in(variables, "WATCHDOG_PID") != std::int64_t{::getpid()})
    return {};
  return std::chrono::microseconds{number_in(variables, "WATCHDOG_USEC").value_or(0)};
}

} // namespace

/// The socket and the timer that feeds the watchdog.
class service_notifier::link : public std::enable_shared_from_this<link> {
public:
  link(asio::io_context& io, std::chrono::microseconds period)
      : strand_{asio::make_strand(io)}, timer_{strand_}, period_{period} {}
  ~link() {
    if (socket_ >= 0)
      ::close(socket_);
  }
  link(const link&) = delete;
  link& operator=(const link&) = delete;

  result<void> open(const std::string& path) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    if (path.size() >= sizeof to.sun_path)
      return error{"NOTIFY_SOCKET is longer than a socket's name can be"};
    std::memcpy(to.sun_path, path.data(), path.size());
    // "@name" is Linux' abstract socket, whose name begins with a zero.
    if (to.sun_path[0] == '@')
      to.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket_ < 0 || ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), size) != 0)
      return error{"cannot write to NOTIFY_SOCKET '" + path + "': " + std::strerror(errno)
                   + "; unset it, or start under systemd"};
    return {};
  }

  /// What the other end does not take is lost: nobody may wait for it.
  void tell(std::string_view news) const {
    if (socket_ >= 0)
      static_cast<void>(::send(socket_, news.data(), news.size(), MSG_NOSIGNAL));
  }

  void feed() {
    if (socket_ < 0 || period_.count() == 0)
      return;
    asio::post(strand_, [self = shared_from_this()] {
      if (!std::exchange(self->fed_, true))
        self->feed_again();
    });
  }

  void stop() {
    asio::post(strand_, [self = shared_from_this()] {
      self->fed_ = true;
      self->stopped_ = true;
      self->timer_.cancel();
    });
  }

private:
  void feed_again() {
    if (stopped_)
      return;
    tell("WATCHDOG=1");
    timer_.expires_after(period_ / 2);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
      if (!cancelled)
        self->feed_again();
    });
  }

  asio::strand<asio::io_context::executor_type> strand_;
  asio::steady_timer timer_;
  std::chrono::microseconds period_;
  int socket_ = -1;
  bool fed_ = false;
  bool stopped_ = false;
};

result<std::unique_ptr<service_notifier>>
service_notifier::make(const config::environment& variables, asio::io_context& io) {
  auto made = std::make_shared<link>(io, watchdog_period(variables));
  const auto path = variables("NOTIFY_SOCKET");
  if (path && !path->empty())
    if (auto opened = made->open(*path); !opened)
      return opened.failure();
  return std::unique_ptr<service_notifier>{new service_notifier{std::move(made)}};
}

service_notifier::service_notifier(std::shared_ptr<link> l) : link_{std::move(l)} {
}

service_notifier::~service_notifier() {
  link_->stop();
}

void service_notifier::ready(const std::string& status) {
  link_->tell("READY=1\nSTATUS=" + status);
  link_->feed();
}

void service_notifier::reloading() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  link_->tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(us));
}

void service_notifier::stopping(const std::string& status) {
  link_->tell("STOPPING=1\nSTATUS=" + status);
}

} // namespace spillway::runtime
