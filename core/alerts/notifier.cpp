#include "core/alerts/notifier.hpp"

#include "core/bounds.hpp"
#include "core/tokens/utf8.hpp"

#include <algorithm>
#include <utility>

namespace spillway::alerts {
namespace {

constexpr duration hour = std::chrono::hours{1};
/// Lines of a digest.
constexpr std::size_t digest_lines_max = 40;

std::string clipped(std::string text) {
  constexpr std::string_view more = " ...";
  if (text.size() <= bounds::alert_text_bytes_max)
    return text;
  text.resize(tokens::border_before(text, bounds::alert_text_bytes_max - more.size()));
  return text.append(more);
}

bool may_repeat(const incident& i) {
  return i.what.once_until == wall_time{};
}

} // namespace

void notifier::forget(incident_map::iterator it) {
  changed_.erase(it->first);
  forgotten_.push_back(it->first);
  incidents_.erase(it);
}

/// The oldest goes, and before all others what is only remembered.
void notifier::make_room() {
  if (incidents_.size() < bounds::alert_incidents_max)
    return;
  forget(std::ranges::min_element(incidents_, {}, [](const auto& entry) {
    return std::pair{!entry.second.closed, entry.second.last};
  }));
}

incident& notifier::find_or_add(finding what, wall_time now) {
  auto it = incidents_.find(what.key);
  if (it == incidents_.end()) {
    make_room();
    it = incidents_.emplace(what.key, incident{}).first;
    it->second.since = now;
  }
  incident& i = it->second;
  if (i.closed)
    i.since = now;
  i.what = std::move(what);
  i.what.text = clipped(std::move(i.what.text));
  i.last = now;
  i.ended.reset();
  i.closed = false;
  ++i.untold;
  return i;
}

void notifier::begin(finding what, wall_time now) {
  find_or_add(std::move(what), now).goes_on = true;
}

void notifier::happened(finding what, wall_time now) {
  find_or_add(std::move(what), now);
}

void notifier::end(const finding_key& key, wall_time now) {
  const auto it = incidents_.find(key);
  if (it != incidents_.end() && !it->second.ended && !it->second.closed)
    it->second.ended = now;
}

void notifier::restore(std::span<const incident> left, wall_time now) {
  for (const incident& i : left) {
    make_room();
    incident& mine = incidents_[i.what.key] = i;
    if (mine.goes_on && !mine.closed)
      mine.ended = now + options_.calm;
  }
}

bool notifier::is_over(const incident& i, wall_time now) const {
  if (i.goes_on && !may_repeat(i) && i.what.once_until <= now)
    return true;
  if (i.ended)
    return now - *i.ended >= options_.calm;
  return !i.goes_on && i.untold == 0 && now - i.told_at.value_or(i.last) >= options_.again_after;
}

bool notifier::has_news(const incident& i, wall_time now) const {
  if (!i.told_at)
    return true;
  if (may_repeat(i) && !i.ended && now - *i.told_at >= options_.again_after)
    return i.goes_on || i.untold > 0;
  return false;
}

/// The moment from which this incident has something to say, or may be forgotten.
wall_time notifier::next_of(const incident& i) const {
  if (i.closed)
    return i.what.once_until;
  if (!i.told_at)
    return i.last;
  if (i.ended)
    return *i.ended + options_.calm;
  if (i.goes_on && !may_repeat(i))
    return i.what.once_until;
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

void notifier::close(incident& i, wall_time now, std::vector<notice>& out) {
  if (i.told_alone)
    out.push_back({notice_kind::resolve, i.what, now, i.since, 1});
  i.closed = true;
  i.told_alone = i.goes_on = false;
  i.ended.reset();
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
  finding all{{"digest", "all", moment}, worst, clipped(std::move(text))};
  return {notice_kind::digest, std::move(all), now, now, 1};
}

std::vector<notice> notifier::take(wall_time now) {
  while (!told_.empty() && now - told_.front() >= hour)
    told_.pop_front();
  std::vector<notice> out;
  for (auto it = incidents_.begin(); it != incidents_.end();) {
    const auto here = it++;
    incident& i = here->second;
    if (!i.closed && has_news(i, now)) {
      tell(i, now, out);
      changed_.insert(here->first);
    }
    if (!i.closed && is_over(i, now)) {
      close(i, now, out);
      changed_.insert(here->first);
    }
    if (i.closed && i.what.once_until <= now)
      forget(here);
  }
  if (held_back_count_ > 0 && now >= digest_at_) {
    out.push_back(digest(now));
    digest_at_ = now + options_.digest_interval;
  }
  return out;
}

notifier::changes notifier::take_changes() {
  changes out;
  for (const finding_key& key : changed_)
    out.kept.push_back(incidents_.at(key));
  changed_.clear();
  out.forgotten = std::exchange(forgotten_, {});
  return out;
}

std::optional<wall_time> notifier::due() const {
  wall_time next = held_back_count_ > 0 ? digest_at_ : wall_time::max();
  for (const auto& [key, i] : incidents_)
    next = std::min(next, next_of(i));
  return next == wall_time::max() ? std::nullopt : std::optional{next};
}

bool notifier::is_open(const finding_key& key) const {
  const auto it = incidents_.find(key);
  return it != incidents_.end() && !it->second.ended && !it->second.closed;
}

std::vector<incident> notifier::open_incidents() const {
  std::vector<incident> out;
  for (const auto& [key, i] : incidents_)
    if (!i.closed)
      out.push_back(i);
  return out;
}

} // namespace spillway::alerts
