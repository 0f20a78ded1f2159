#pragma once

// Internal to transport: which handlers may not run at the same time.

#include <boost/asio/execution.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/strand.hpp>

#include <optional>
#include <type_traits>
#include <utility>

namespace spillway::transport {

/// An Asio executor whose handlers run one after the other. One thread does that by itself; only
/// several need a strand, whose lock and queue cost a fifth of a small request's processor time
/// (docs/PERFORMANCE.md).
template <class Inner>
class serial_executor {
public:
  using strand = boost::asio::strand<Inner>;

  /// Requires: `inner` runs on one thread, or `guard` is a strand of it.
  explicit serial_executor(const Inner& inner, std::optional<strand> guard = {}) noexcept
      : inner_{inner}, guard_{std::move(guard)} {}

  // std::optional's own do not promise to throw nothing, as an executor's must.
  serial_executor(const serial_executor& other) noexcept
      : inner_{other.inner_}, guard_{other.guard_} {}
  serial_executor& operator=(const serial_executor& other) noexcept {
    inner_ = other.inner_;
    guard_ = other.guard_;
    return *this;
  }

  friend bool operator==(const serial_executor& a, const serial_executor& b) noexcept {
    return a.inner_ == b.inner_ && a.guard_ == b.guard_;
  }
  friend bool operator!=(const serial_executor& a, const serial_executor& b) noexcept {
    return !(a == b);
  }

  template <class Property>
  requires boost::asio::can_query<const Inner&, Property>::value
  auto query(const Property& p) const noexcept -> decltype(auto) {
    return boost::asio::query(inner_, p);
  }

  template <class Property>
  requires boost::asio::can_require<const Inner&, Property>::value && (
      !std::is_convertible_v<Property, boost::asio::execution::blocking_t::always_t>)
  auto require(const Property& p) const noexcept {
    using other = std::decay_t<decltype(boost::asio::require(inner_, p))>;
    std::optional<typename serial_executor<other>::strand> guard;
    if (guard_)
      guard.emplace(boost::asio::require(*guard_, p));
    return serial_executor<other>{boost::asio::require(inner_, p), std::move(guard)};
  }

  template <class F>
  void execute(F&& f) const {
    if (guard_)
      guard_->execute(std::forward<F>(f));
    else
      inner_.execute(std::forward<F>(f));
  }

private:
  Inner inner_;
  std::optional<strand> guard_; ///< none: one thread runs `inner_`
};

/// Says of an `io_context` that no two threads run it at the same time.
class single_thread : public boost::asio::execution_context::service {
public:
  using key_type = single_thread;
  static inline boost::asio::execution_context::id id;

  explicit single_thread(boost::asio::execution_context& context) : service{context} {}

private:
  void shutdown() override {}
};

/// Handlers of a new one run one after the other. Any `io_context` will do; one of a single thread
/// should say so (`single_thread`).
inline serial_executor<boost::asio::io_context::executor_type>
make_serial(boost::asio::io_context& io) {
  using serial = serial_executor<boost::asio::io_context::executor_type>;
  if (boost::asio::has_service<single_thread>(io))
    return serial{io.get_executor()};
  return serial{io.get_executor(), boost::asio::make_strand(io)};
}

} // namespace spillway::transport
