#include "core/bounds.hpp"
#include "tests/support/recorded.hpp"
#include "wire/alerts/answer.hpp"
#include "wire/alerts/pagerduty.hpp"
#include "wire/alerts/slack.hpp"
#include "wire/alerts/webhook.hpp"
#include "wire/langfuse/alert_event.hpp"
#include "wire/langfuse/otlp_receipt.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const wall_time noon = wall_time_from_unix_nanos(1'795'521'600'000'000'000);
const secret routing_key{"0123456789abcdef0123456789abcdef"};

alerts::notice failing() {
  return {alerts::notice_kind::trigger,
          {{"error_rate", "model gpt-4o", {}},
           alert_severity::critical,
           "12.5 % of the calls of the last five minutes failed"},
          noon + 250ms,
          noon - 2min,
          3};
}

alerts::notice over() {
  return {alerts::notice_kind::resolve,
          {{"budget_used", "team a&b <!channel> month 2026-11", "80 %"},
           alert_severity::warning,
           "80 % of the budget are reached"},
          noon,
          noon - 2min,
          1};
}

alerts::numbered_notice numbered(alerts::notice n) {
  return {1'882'719'387'648, std::make_shared<const alerts::notice>(std::move(n))};
}

json golden(const std::string& name) {
  return json::parse(spillway::testing::read_file(SPILLWAY_FIXTURES "alerts/" + name));
}

} // namespace

TEST_CASE("A webhook gets the notice as the golden file says", "[wire][alerts]") {
  const auto request =
      wire::encode_webhook(numbered(failing()), {"/hook/?to=ops", {}, "agents-1"}, noon);
  CHECK(request.method == "POST");
  CHECK(request.target == "/hook/?to=ops");
  CHECK(json::parse(request.body) == golden("webhook.json"));
  CHECK(request.headers.find("Content-Type") == "application/json");
  CHECK(request.headers.find("Spillway-Notice") == "1882719387648");
  CHECK(request.headers.find("Spillway-Timestamp") == "1795521600");
  CHECK_FALSE(request.headers.contains("Spillway-Signature"));
}

TEST_CASE("A webhook's signature is the HMAC that any tool computes", "[wire][alerts]") {
  const secret key{"whisper-3f9a"};
  const auto request = wire::encode_webhook(numbered(failing()), {"/", key, "agents-1"}, noon);
  // printf '%s' "1795521600.$body" | openssl dgst -sha256 -hmac whisper-3f9a
  CHECK(request.headers.find("Spillway-Signature")
        == "v1=498e5d804e255837db28766ab398dd37ced50d8a550e6a50f5a298b559a91a74");
  // The example of docs/OPERATIONS.md.
  CHECK(wire::sign_webhook(key, "1795521600", R"({"kind":"test"})")
        == "v1=803cd25b2196835fd58af4eaf61a1acc6e8d861af20fe6ab31bb5e2d4fe018d9");
}

TEST_CASE("The same notice is signed anew at each attempt", "[wire][alerts]") {
  const wire::webhook_route to{"/", secret{"whisper-3f9a"}, "agents-1"};
  const auto first = wire::encode_webhook(numbered(failing()), to, noon);
  const auto again = wire::encode_webhook(numbered(failing()), to, noon + 1h);
  CHECK(first.body == again.body);
  CHECK(first.headers.find("Spillway-Notice") == again.headers.find("Spillway-Notice"));
  CHECK(first.headers.find("Spillway-Signature") != again.headers.find("Spillway-Signature"));
}

TEST_CASE("Slack gets blocks in which nothing can mention a channel", "[wire][alerts]") {
  CHECK(json::parse(wire::slack_body(failing(), "agents-1")) == golden("slack.json"));
  CHECK(json::parse(wire::slack_body(over(), "agents-1")) == golden("slack_resolve.json"));
  CHECK(wire::encode_slack(over(), "/services/T/B/x", "agents-1").target == "/services/T/B/x");
}

TEST_CASE("PagerDuty is triggered and resolved under one key", "[wire][alerts]") {
  CHECK(json::parse(wire::pagerduty_body(failing(), routing_key, "agents-1"))
        == golden("pagerduty_trigger.json"));
  CHECK(json::parse(wire::pagerduty_body(over(), routing_key, "agents-1"))
        == golden("pagerduty_resolve.json"));
  alerts::notice end = failing();
  end.kind = alerts::notice_kind::resolve;
  CHECK(json::parse(wire::pagerduty_body(end, routing_key, "agents-1"))["dedup_key"]
        == golden("pagerduty_trigger.json")["dedup_key"]);
}

TEST_CASE("Long and broken texts stay within what PagerDuty takes", "[wire][alerts]") {
  alerts::notice n = failing();
  n.what.key.subject = std::string(3000, 'x');
  n.what.text = "\xff\xfe" + std::string(3000, 'y');
  const json event = json::parse(wire::pagerduty_body(n, routing_key, "agents-1"));
  CHECK(event["payload"]["summary"].get<std::string>().size() <= 1'024);
  CHECK(event["dedup_key"].get<std::string>().size() <= bounds::alert_key_bytes_max);
}

TEST_CASE("Langfuse takes a notice as an event with its level", "[wire][alerts][langfuse]") {
  const wire::langfuse::trace_resource resource{"spillway", "production", {}, false, false};
  const auto n = numbered(failing());
  const std::string body = wire::langfuse::encode_alert_event(n, resource, "agents-1");
  const auto receipt = wire::langfuse::decode_otlp(body);
  INFO((receipt ? std::string{} : receipt.failure().message));
  REQUIRE(receipt);
  CHECK(receipt->events == 1);
  CHECK(receipt->generations == 0);
  CHECK(body.find("\"ERROR\"") != std::string::npos);
  CHECK(body == wire::langfuse::encode_alert_event(n, resource, "agents-1"));
  const auto end = wire::langfuse::encode_alert_event(numbered(over()), resource, "agents-1");
  REQUIRE(wire::langfuse::decode_otlp(end));
  CHECK(end.find("\"DEFAULT\"") != std::string::npos);
}

TEST_CASE("What a target answers is told in its words, on one line", "[wire][alerts]") {
  using alerts::delivery_attempt;
  CHECK(wire::read_delivery_answer({202, {}, {}}, noon).attempt == delivery_attempt::taken);
  wire::http_response busy{429, {}, "too\r\nmany\x01"};
  busy.headers.add("Retry-After", "30");
  const auto later = wire::read_delivery_answer(busy, noon);
  CHECK(later.attempt == delivery_attempt::failed);
  CHECK(later.retry_after == duration{30s});
  CHECK(later.detail.find("(it says: too many ") != std::string::npos);
  const auto bad = wire::read_delivery_answer({400, {}, R"({"errors":["bad key"]})"}, noon);
  CHECK(bad.attempt == delivery_attempt::refused);
  CHECK(bad.detail.find("bad key") != std::string::npos);
  const auto page = wire::read_delivery_answer({404, {}, "<html>" + std::string(9999, 'x')}, noon);
  CHECK(page.detail.find("html") == std::string::npos);
  const auto flood = wire::read_delivery_answer({500, {}, std::string(9999, 'x')}, noon);
  CHECK(flood.detail.size() < 400);
}
