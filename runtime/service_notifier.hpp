#pragma once

#include "config/secrets.hpp"
#include "core/result.hpp"

#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace spillway::runtime {

/// Tells systemd, or whoever set NOTIFY_SOCKET, how the service fares. Without that variable it
/// tells nobody. From any thread.
/// Source: https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html (2026-11).
class service_notifier {
public:
  /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID. `io` outlives the notifier.
  /// Errors: NOTIFY_SOCKET names no socket that can be written to.
  static result<std::unique_ptr<service_notifier>> make(const config::environment& variables,
                                                        boost::asio::io_context& io);
  ~service_notifier();

  /// The service serves. `status` is for people. From now on the watchdog is fed by the threads of
  /// `io`, twice in each of its periods: a service whose threads hang is started again.
  void ready(const std::string& status);
  /// The configuration is being read again; `ready` ends it.
  void reloading();
  /// The service ends; the watchdog goes on to be fed until the notifier goes.
  void stopping(const std::string& status);

private:
  class link;
  explicit service_notifier(std::shared_ptr<link> l);
  std::shared_ptr<link> link_;
};

} // namespace spillway::runtime
