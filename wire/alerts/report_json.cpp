#include "wire/alerts/report_json.hpp"

#include "wire/iso_time.hpp"
#include "wire/json_document.hpp"

namespace spillway::wire {
namespace {

using json = nlohmann::ordered_json;

json encode(const alerts::incident& i) {
  return {{"rule", i.what.key.rule},
          {"subject", i.what.key.subject},
          {"period", i.what.key.period},
          {"severity", to_string(i.what.severity)},
          {"text", i.what.text},
          {"since", iso_time(i.since)},
          {"last", iso_time(i.last)},
          {"told_at", i.told_at ? json(iso_time(*i.told_at)) : json{}}};
}

json encode(const alerts::undelivered_notice& n) {
  const alerts::finding_key& key = n.notice.what->what.key;
  return {{"id", std::to_string(n.notice.id)},
          {"rule", key.rule},
          {"subject", key.subject},
          {"at", iso_time(n.notice.what->at)},
          {"targets", n.targets}};
}

std::string text_of(const json& value) {
  return dump_in_order(value);
}

} // namespace

std::string encode_alert_trials(std::span<const alerts::delivery_trial> trials) {
  json targets = json::array();
  for (const alerts::delivery_trial& t : trials)
    targets.push_back({{"name", t.target},
                       {"kind", t.kind},
                       {"delivered", t.delivered},
                       {"http_status", t.http_status == 0 ? json{} : json(t.http_status)},
                       {"detail", t.detail}});
  return text_of({{"targets", std::move(targets)}});
}

std::string encode_alert_memory(const alerts::memory& m) {
  json incidents = json::array();
  for (const alerts::incident& i : m.incidents)
    if (!i.closed)
      incidents.push_back(encode(i));
  json undelivered = json::array();
  for (const alerts::undelivered_notice& n : m.undelivered)
    undelivered.push_back(encode(n));
  return text_of(
      {{"incidents", std::move(incidents)}, {"undelivered", std::move(undelivered)}});
}

} // namespace spillway::wire
