#pragma once

#include "apps/spillway/access_log.hpp"
#include "config/gateway_keys.hpp"
#include "config/schema.hpp"
#include "core/result.hpp"
#include "gateway/gateway.hpp"
#include "transport/beast_listener.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace spillway::apps {

/// What of the configuration's gateway changes while it runs: who may call, the log, the
/// certificate. Thread-safe.
class live_gateway {
public:
  /// `write_line` takes the lines of the access log and what operators are to know.
  explicit live_gateway(const std::function<void(const std::string&)>& write_line)
      : write_line_{write_line}, log_{std::make_shared<access_log>(write_line)} {}

  /// Looks at a configuration that has been read. Errors: keys or a certificate cannot be used.
  result<void> prepare(const config::settings& s);

  /// The configuration prepared last holds from now on, unless it would need another socket: then
  /// that before does, and only its certificate is read again. Requires: one has been prepared.
  gateway::access_rules take_over();

  /// Whose certificate is to be replaced; null: nobody's.
  void set_listener(std::shared_ptr<transport::beast_listener> listener) {
    listener_ = std::move(listener);
  }

  std::shared_ptr<const access_log> log() const { return log_; }

private:
  struct parts {
    config::gateway_settings settings;
    config::gateway_access access;
    std::optional<wall_time> certificate_end;
  };

  void renew_certificate(const parts& holds) const;

  std::function<void(const std::string&)> write_line_;
  std::shared_ptr<access_log> log_;
  std::atomic<std::shared_ptr<const parts>> prepared_;
  std::atomic<std::shared_ptr<const parts>> current_;
  std::atomic<std::shared_ptr<transport::beast_listener>> listener_;
};

} // namespace spillway::apps
