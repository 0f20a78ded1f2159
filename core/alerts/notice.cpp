#include "core/alerts/notice.hpp"

#include "core/bounds.hpp"

#include <functional>

namespace spillway::alerts {

const char* to_string(notice_kind kind) noexcept {
  switch (kind) {
    case notice_kind::trigger: return "trigger";
    case notice_kind::resolve: return "resolve";
    case notice_kind::digest: return "digest";
    case notice_kind::test: return "test";
  }
  return "?";
}

std::string line_of(const notice& n) {
  const finding_key& k = n.what.key;
  std::string out = n.kind == notice_kind::resolve ? "resolved" : to_string(n.what.severity);
  out += ": " + k.rule + ": " + k.subject + (k.period.empty() ? "" : " " + k.period) + ": ";
  if (n.kind == notice_kind::resolve)
    return out + "it is over";
  out += n.what.text;
  if (n.count > 1)
    out += " (" + std::to_string(n.count) + " times since the last notice)";
  return out;
}

std::string dedup_key(const notice& n) {
  const finding_key& k = n.what.key;
  std::string out = "spillway/" + k.rule + "/" + k.subject;
  if (!k.period.empty())
    out += "/" + k.period;
  if (out.size() <= bounds::alert_key_bytes_max)
    return out;
  // Long names differ at their ends as often as at their beginnings.
  const std::string mark = "#" + std::to_string(std::hash<std::string>{}(out));
  out.resize(bounds::alert_key_bytes_max - mark.size());
  return out + mark;
}

} // namespace spillway::alerts
