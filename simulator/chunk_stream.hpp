#pragma once

#include "core/units.hpp"
#include "simulator/scheduler.hpp"
#include "transport/http_server.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace spillway::simulator {

/// What becomes of a stream after its last event.
enum class stream_end {
  finished,
  cut,    ///< the connection is reset
  silent, ///< nothing more comes, and the connection stays open until the peer leaves
};

struct stream_plan {
  std::vector<std::string> events; ///< as they stand on the wire; not empty
  duration gap{};                  ///< between each and the next
  stream_end end = stream_end::finished;
  std::function<void()> on_event{}; ///< for each that is written; empty: nobody asks
};

/// Writes a stream's events to a peer, one each gap. Lives as long as functions it scheduled do.
class chunk_stream : public std::enable_shared_from_this<chunk_stream> {
public:
  /// `done` is called once, from a scheduled function, when all is written or the peer has left;
  /// it learns whether all was.
  chunk_stream(stream_plan plan, scheduler schedule, std::function<void(bool whole)> done);

  /// Sends the head and the first event now, the rest in time. Requires: called from a scheduled
  /// function.
  void start(int status, wire::http_headers headers, const transport::http_responder& reply);

private:
  void write_next();
  void close();

  stream_plan plan_;
  scheduler schedule_;
  std::function<void(bool)> done_;
  std::shared_ptr<transport::http_body> body_;
  std::size_t written_ = 0;
};

} // namespace spillway::simulator
