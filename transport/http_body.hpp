#pragma once

#include "wire/http_message.hpp"

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace spillway::transport {

/// The body of a streamed reply on its way from one producer to one connection, shared by both. The
/// producer writes, and ends it exactly once by `finish` or `abort`; the connection takes.
///
/// Thread-safe. `on_written` is called on an I/O thread with the bytes that have left for the peer
/// since the last call.
class http_body {
public:
  enum class state {
    open,
    finished, ///< no more will come
    aborted,  ///< no more will come, and the peer must not take it for the whole
  };
  struct part {
    std::string bytes;
    state end = state::open; ///< after `bytes`
  };

  /// How it went, once its producer has ended it and its connection is done with it.
  struct summary {
    bool whole = false; ///< finished, and all of it has left for the peer
    std::size_t bytes = 0;     ///< that have
    wire::http_headers fields; ///< what its producer said of it at the end
  };

  /// `on_written`: the producer's credit. It must not throw, nor call this body.
  explicit http_body(std::function<void(std::size_t bytes)> on_written = {});

  /// False if nobody will read it: the peer has left, or `bounds::http_stream_queue_bytes_max` wait
  /// for it, whereupon the body is aborted.
  bool write(std::string_view bytes);
  /// `fields` are for the summary; no peer sees them.
  void finish(wire::http_headers fields = {});
  /// Drops what waits, and resets the connection at once: the peer sees the body to be cut.
  void abort();

  /// Calls `done` once, on whatever thread ends it; before it has ended.
  void on_end(std::function<void(const summary&)> done);

  /// For the connection: `on_work` is called from any thread when there is something to take, or
  /// the body has been aborted.
  void attach(std::function<void(bool aborted)> on_work);
  /// All that waits.
  part take();
  void written(std::size_t bytes);
  /// Nothing will be taken any more.
  void close();

private:
  void end(state how, wire::http_headers fields);
  void drop();
  void report_end();

  std::function<void(std::size_t)> on_written_;
  std::mutex guard_;
  std::function<void(bool)> on_work_;
  std::string waiting_;
  state state_ = state::open;
  bool closed_ = false;
  bool ended_ = false; ///< by its producer
  std::size_t produced_ = 0;
  summary summary_;
  std::function<void(const summary&)> on_end_;
};

} // namespace spillway::transport
