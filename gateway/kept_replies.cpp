#include "gateway/kept_replies.hpp"

#include "core/bounds.hpp"

#include <utility>

namespace spillway::gateway {

kept_replies::decision kept_replies::claim(const named_request& request,
                                           transport::http_responder caller, mono_time now) {
  forget_old(now);
  const auto [it, is_new] = known_.try_emplace(request.name);
  entry& e = it->second;
  if (is_new)
    e.fingerprint = request.fingerprint;
  if (e.fingerprint != request.fingerprint)
    return {verdict::differs, {}};
  if (!is_new && e.waiting.empty())
    return {verdict::replay, e.reply};
  e.waiting.push_back(std::move(caller));
  return {is_new ? verdict::serve : verdict::wait, {}};
}

void kept_replies::excuse_first(const std::string& name) {
  const auto it = known_.find(name);
  if (it != known_.end() && !it->second.waiting.empty())
    it->second.waiting.front() = [](const transport::http_server_reply&) {};
}

std::vector<transport::http_responder>
kept_replies::finish(const std::string& name, const transport::http_server_reply& reply,
                     mono_time now) {
  const auto it = known_.find(name);
  if (it == known_.end())
    return {};
  auto waiting = std::exchange(it->second.waiting, {});
  const auto* response = std::get_if<wire::http_response>(&reply);
  if (response == nullptr || response->status != 200) {
    known_.erase(it);
    return waiting;
  }
  it->second.reply = *response;
  it->second.kept_at = now;
  bytes_ += response->body.size();
  kept_.push_back(name);
  forget_old(now);
  return waiting;
}

void kept_replies::forget_old(mono_time now) {
  while (!kept_.empty()) {
    const auto oldest = known_.find(kept_.front());
    const bool fits =
        kept_.size() <= bounds::kept_replies_max && bytes_ <= bounds::kept_reply_bytes_max;
    if (fits && now - oldest->second.kept_at < bounds::kept_reply_age_max)
      return;
    bytes_ -= oldest->second.reply.body.size();
    known_.erase(oldest);
    kept_.pop_front();
  }
}

} // namespace spillway::gateway
