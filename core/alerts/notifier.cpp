#include "core/alerts/notifier.hpp"

#include "core/bounds.hpp"

#include <algorithm>

namespace spillway::alerts {
namespace {

constexpr duration hour = std::chrono::hours{1};
/// Lines of a digest.
constexpr std::size_t digest_lines_max = 40;

} // namespace

void notifier::make_room() {
  if (incidents_.size() < bounds::alert_incidents_max)
    return;
  const auto oldest =
      std::min_element(incidents_.begin(), incidents_.end(),
                       [](const auto& a, const auto& b) { return a.second.last < b.second.last; });
  incidents_.erase(oldest);
}

notifier::incident& notifier::find_or_add(finding what, wall_time now) {
  auto it = incidents_.find(what.key);
  if (it == incidents_.end()) {
    make_room();
    it = incidents_.emplace(what.key, incident{}).first;
    it->second.since = now;
  }
  incident& i = it->second;
  i.what = std::move(what);
  i.last = now;
  ++i.untold;
  return i;
}

void notifier::begin(finding what, wall_time now) {
  incident& i = find_or_add(std::move(what), now);
  i.goes_on = true;
  i.ended.reset();
}

void notifier::happened(finding what, wall_time now) {
  find_or_add(std::move(what), now);
}

void notifier::end(const finding_key& key, wall_time now) {
  const auto it = incidents_.find(key);
  if (it != incidents_.end() && !it->second.ended)
    it->second.ended = now;
}

void notifier::restore(const finding_key& key, wall_time told_at) {
  make_room();
  incident& i = incidents_[key];
  i.what.key = key;
  i.since = i.last = told_at;
  i.told_at = told_at;
}

bool notifier::is_over(const incident& i, wall_time now) const {
  if (i.ended)
    return now - *i.ended >= options_.calm;
  return !i.goes_on && i.untold == 0 && now - i.told_at.value_or(i.last) >= options_.again_after;
}

/// The moment from which this incident has something to say.
wall_time notifier::next_of(const incident& i) const {
  if (!i.told_at && !i.ended)
    return i.last;
  if (i.ended)
    return *i.ended + options_.calm;
  if (i.what.once && i.goes_on)
    return wall_time::max();
  return *i.told_at + options_.again_after;
}

void notifier::tell(incident& i, wall_time now, std::vector<notice>& out) {
  if (static_cast<int>(told_.size()) >= options_.per_hour_max) {
    ++held_back_count_;
    if (held_back_.size() < digest_lines_max)
      held_back_.push_back(i.what);
  } else {
    told_.push_back(now);
    out.push_back(
        {notice_kind::trigger, i.what, now, i.since, std::max<std::int64_t>(i.untold, 1)});
    i.told_alone = true;
  }
  i.told_at = now;
  i.untold = 0;
}

notice notifier::resolution(const incident& i, wall_time now) const {
  notice n{notice_kind::resolve, i.what, now, i.since, 1};
  n.what.severity = alert_severity::notice;
  return n;
}

notice notifier::digest(wall_time now) {
  std::ranges::stable_sort(held_back_, {}, [](const finding& f) { return f.key.subject; });
  std::string text = std::to_string(held_back_count_) + " more alerts, beyond "
                     + std::to_string(options_.per_hour_max) + " an hour:";
  alert_severity worst = alert_severity::notice;
  const std::string* subject = nullptr;
  for (const finding& f : held_back_) {
    const bool same = subject != nullptr && *subject == f.key.subject;
    text += (same ? ", " : "\n" + f.key.subject + ": ") + f.key.rule;
    subject = &f.key.subject;
    worst = std::max(worst, f.severity);
  }
  if (held_back_count_ > held_back_.size())
    text += "\nand " + std::to_string(held_back_count_ - held_back_.size()) + " others";
  held_back_.clear();
  held_back_count_ = 0;
  const std::string moment = std::to_string(to_unix_nanos(now) / 1'000'000'000);
  return {notice_kind::digest, {{"digest", "all", moment}, worst, std::move(text)}, now, now, 1};
}

std::vector<notice> notifier::take(wall_time now) {
  while (!told_.empty() && now - told_.front() >= hour)
    told_.pop_front();
  std::vector<notice> out;
  for (auto it = incidents_.begin(); it != incidents_.end();) {
    incident& i = it->second;
    const bool is_new = !i.told_at;
    const bool again = i.told_at && !i.what.once && now - *i.told_at >= options_.again_after
                       && (i.goes_on ? !i.ended : i.untold > 0);
    if (is_new || again)
      tell(i, now, out);
    if (!is_over(i, now)) {
      ++it;
      continue;
    }
    if (i.ended && i.told_alone)
      out.push_back(resolution(i, now));
    it = incidents_.erase(it);
  }
  if (held_back_count_ > 0 && now >= digest_at_) {
    out.push_back(digest(now));
    digest_at_ = now + options_.digest_interval;
  }
  return out;
}

std::optional<wall_time> notifier::due() const {
  std::optional<wall_time> next;
  for (const auto& [key, i] : incidents_)
    next = next ? std::min(*next, next_of(i)) : next_of(i);
  if (held_back_count_ > 0)
    next = next ? std::min(*next, digest_at_) : digest_at_;
  return next;
}

bool notifier::is_open(const finding_key& key) const {
  const auto it = incidents_.find(key);
  return it != incidents_.end() && !it->second.ended;
}

} // namespace spillway::alerts
