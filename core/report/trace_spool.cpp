#include "core/report/trace_spool.hpp"

#include <utility>

namespace spillway::report {

void trace_spool::add(std::string bytes, wall_time at) {
  bytes_ += bytes.size();
  kept_.emplace_hint(kept_.end(), ++last_, trace{std::move(bytes), at});
  for (; bytes_ > bytes_max_ && kept_.size() > 1; ++ended_.dropped)
    remove(kept_.begin());
}

void trace_spool::replace(kept_trace t) {
  const auto at = kept_.find(t.number);
  if (at == kept_.end())
    return;
  bytes_ += t.bytes.size();
  bytes_ -= at->second.bytes.size();
  at->second.bytes = std::move(t.bytes);
}

void trace_spool::end(const ended_trace& ended) {
  const auto at = kept_.find(ended.number);
  if (at == kept_.end())
    return;
  remove(at);
  ++(ended.how == trace_ending::refused ? ended_.refused : ended_.delivered);
}

std::vector<kept_trace> trace_spool::oldest(std::size_t count_max, std::size_t bytes_max) const {
  std::vector<kept_trace> out;
  std::size_t bytes = 0;
  for (const auto& [number, t] : kept_) {
    bytes += t.bytes.size();
    if (out.size() == count_max || (!out.empty() && bytes > bytes_max))
      break;
    out.push_back({number, t.bytes});
  }
  return out;
}

trace_tally trace_spool::tally() const {
  trace_tally now = ended_;
  now.waiting = kept_.size();
  now.waiting_bytes = bytes_;
  if (!kept_.empty())
    now.oldest_at = kept_.begin()->second.at;
  return now;
}

void trace_spool::remove(place at) {
  bytes_ -= at->second.bytes.size();
  kept_.erase(at);
}

} // namespace spillway::report
