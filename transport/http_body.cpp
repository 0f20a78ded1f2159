#include "transport/http_body.hpp"

#include "core/bounds.hpp"

#include <utility>

namespace spillway::transport {

http_body::http_body(std::function<void(std::size_t)> on_written)
    : on_written_{std::move(on_written)} {
}

bool http_body::write(std::string_view bytes) {
  std::function<void(bool)> work;
  bool taken = false;
  {
    const std::lock_guard lock{guard_};
    produced_ += bytes.size();
    if (closed_ || state_ != state::open)
      return false;
    taken = waiting_.size() + bytes.size() <= bounds::http_stream_queue_bytes_max;
    if (taken)
      waiting_ += bytes;
    else
      drop();
    work = on_work_;
  }
  if (work)
    work(!taken);
  return taken;
}

void http_body::finish(wire::http_headers fields) {
  end(state::finished, std::move(fields));
}

void http_body::abort() {
  end(state::aborted, {});
}

void http_body::end(state how, wire::http_headers fields) {
  std::function<void(bool)> work;
  {
    const std::lock_guard lock{guard_};
    if (ended_)
      return;
    ended_ = true;
    summary_.fields = std::move(fields);
    if (state_ == state::open) {
      if (how == state::aborted)
        drop();
      else
        state_ = how;
      work = on_work_;
    }
  }
  if (work)
    work(how == state::aborted);
  report_end();
}

void http_body::on_end(std::function<void(const summary&)> done) {
  const std::lock_guard lock{guard_};
  on_end_ = std::move(done);
}

void http_body::report_end() {
  std::function<void(const summary&)> done;
  summary how;
  {
    const std::lock_guard lock{guard_};
    if (!closed_ || !ended_)
      return;
    done = std::exchange(on_end_, {});
    how = summary_;
    how.whole = state_ == state::finished && how.bytes == produced_;
  }
  if (done)
    done(how);
}

void http_body::drop() {
  state_ = state::aborted;
  waiting_.clear();
}

void http_body::attach(std::function<void(bool)> on_work) {
  const std::lock_guard lock{guard_};
  on_work_ = std::move(on_work);
}

http_body::part http_body::take() {
  const std::lock_guard lock{guard_};
  return {std::exchange(waiting_, {}), state_};
}

void http_body::written(std::size_t bytes) {
  {
    const std::lock_guard lock{guard_};
    summary_.bytes += bytes;
  }
  if (on_written_ && bytes > 0)
    on_written_(bytes);
}

void http_body::close() {
  {
    const std::lock_guard lock{guard_};
    closed_ = true;
    waiting_.clear();
    on_work_ = {};
  }
  report_end();
}

} // namespace spillway::transport
