#include "wire/alerts/slack.hpp"

#include "wire/iso_time.hpp"
#include "wire/json_document.hpp"

#include <string_view>

namespace spillway::wire {
namespace {

using json = nlohmann::ordered_json;
using alerts::notice_kind;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text)
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      default: out += c;
    }
  return out;
}

const char* emblem(const alerts::notice& n) {
  if (n.kind == notice_kind::resolve)
    return ":white_check_mark:";
  switch (n.what.severity) {
    case alert_severity::critical: return ":red_circle:";
    case alert_severity::warning: return ":large_orange_circle:";
    case alert_severity::notice: break;
  }
  return ":large_blue_circle:";
}

std::string headline(const alerts::notice& n) {
  const bool over = n.kind == notice_kind::resolve;
  std::string out = over ? "resolved" : to_string(n.what.severity);
  out += ": " + n.what.key.rule + ", " + n.what.key.subject;
  return n.what.key.period.empty() ? out : out + ", " + n.what.key.period;
}

json text_object(std::string text) {
  return {{"type", "mrkdwn"}, {"text", std::move(text)}};
}

std::string footnote(const alerts::notice& n, const std::string& source) {
  std::string out = source + " | since " + iso_time(n.since);
  if (n.count > 1)
    out += " | " + std::to_string(n.count) + " times";
  return out;
}

} // namespace

std::string slack_body(const alerts::notice& n, const std::string& source) {
  const std::string title = escaped(headline(n));
  std::string body = std::string{emblem(n)} + " *" + title + "*";
  if (n.kind != notice_kind::resolve)
    body += "\n" + escaped(n.what.text);
  const json section = {{"type", "section"}, {"text", text_object(std::move(body))}};
  const json context = {{"type", "context"},
                        {"elements", json::array({text_object(escaped(footnote(n, source)))})}};
  const json out = {{"text", title}, {"blocks", json::array({section, context})}};
  return dump_in_order(out);
}

http_request encode_slack(const alerts::notice& n, const std::string& target,
                          const std::string& source) {
  http_request out{"POST", target, {}, slack_body(n, source)};
  out.headers.add("Content-Type", "application/json");
  return out;
}

} // namespace spillway::wire
