#include "tests/wire/langfuse/generations.hpp"
#include "wire/langfuse/otlp_receipt.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::wire::langfuse;
using namespace spillway::wire::langfuse::testing;
using nlohmann::json;

namespace {

/// Refusal of one good span after a JSON merge patch; empty if it is accepted.
std::string refusal_of_span(const std::string& patch) {
  json document = json::parse(exported({answered()}));
  document["resourceSpans"][0]["scopeSpans"][0]["spans"][0].merge_patch(json::parse(patch));
  const auto receipt = decode_otlp(document.dump());
  return receipt ? std::string{} : receipt.failure().message;
}

/// The same after one attribute is replaced, or removed if `value` is null.
std::string refusal_of(const std::string& key, const json& value) {
  json document = json::parse(exported({answered()}));
  json& list = document["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"];
  for (std::size_t i = 0; i < list.size(); ++i)
    if (list[i]["key"] == "langfuse.observation." + key) {
      list[i]["value"] = value;
      if (value.is_null())
        list.erase(i);
      break;
    }
  const auto receipt = decode_otlp(document.dump());
  return receipt ? std::string{} : receipt.failure().message;
}

json text(const char* value) {
  return {{"stringValue", value}};
}

} // namespace

TEST_CASE("A span that breaks a rule of ids, times or status is refused", "[wire][langfuse]") {
  CHECK(refusal_of_span("{}").empty());
  const auto [patch, message] = GENERATE(table<std::string, std::string>({
      {R"({"traceId":"4BF92F3577B34DA6A3CE929D0E0E4736"})", "traceId must be 32"},
      {R"({"traceId":"00000000000000000000000000000000"})", "traceId must be 32"},
      {R"({"spanId":"00f067aa0ba902b"})", "spanId must be 16"},
      {R"({"spanId":null})", "spanId is missing"},
      {R"({"parentSpanId":"x"})", "parentSpanId must be 16"},
      {R"({"startTimeUnixNano":1787270400000000000})", "startTimeUnixNano must be a string"},
      {R"({"startTimeUnixNano":"1.5"})", "startTimeUnixNano must be nanoseconds"},
      {R"({"endTimeUnixNano":"1"})", "endTimeUnixNano is before the start"},
      {R"({"name":""})", "name must not be empty"},
      {R"({"attributes":{}})", "attributes must be a list"},
      {R"({"attributes":[7]})", "attributes[0] must be an object"},
      {R"({"attributes":[{"key":"k","value":{"intValue":"1"}}]})", "must hold a stringValue"},
      {R"({"status":{"code":2}})", "contradicts its status"},
  }));
  CAPTURE(patch);
  CHECK_THAT(refusal_of_span(patch), Catch::Contains(message));
}

TEST_CASE("A span whose attributes would be lost or miscounted is refused", "[wire][langfuse]") {
  const auto [key, value, message] = GENERATE(table<std::string, json, std::string>({
      {"type", text("span"), "must be a generation"},
      {"model.name", nullptr, "must name its model"},
      {"usage_details", nullptr, "must have usage_details"},
      {"usage_details", text("7"), "must have usage_details"},
      {"usage_details", text(R"({"input":1,"output":1})"), "total must be a number"},
      {"usage_details", text(R"({"input":1,"output":1,"total":3})"), "not the sum"},
      {"usage_details", text(R"({"input":-1,"total":-1})"), "at least zero"},
      {"usage_details", text(R"({"input":1.5,"total":1.5})"), "whole number"},
      {"usage_details", text(R"({"cached":1,"total":1})"), "bucket cached"},
      {"cost_details", text(R"({"input":0.1})"), "total must be a number"},
      {"cost_details", text(R"({"input":"0.1","total":0.1})"), "input must be a number"},
      {"cost_details", text(R"({"input":0.1,"output":0.1,"total":0.1})"), "not the sum"},
      {"cost_details", text(R"({"total":NaN})"), "must have cost_details"},
  }));
  CAPTURE(key, value);
  CHECK_THAT(refusal_of(key, value), Catch::Contains(message));
}

TEST_CASE("An export without its frame is refused", "[wire][langfuse]") {
  CHECK_FALSE(decode_otlp(""));
  CHECK_FALSE(decode_otlp("{}"));
  CHECK_FALSE(decode_otlp(R"({"resourceSpans":{}})"));
  CHECK_FALSE(decode_otlp(R"({"resourceSpans":[{}]})"));
  json renamed = json::parse(exported({answered()}));
  renamed["resourceSpans"][0]["resource"]["attributes"][1]["value"]["stringValue"] = "Prod!";
  CHECK_FALSE(decode_otlp(renamed.dump()));
}
