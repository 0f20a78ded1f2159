#include "core/bounds.hpp"
#include "tests/support/recorded.hpp"
#include "tests/wire/langfuse/generations.hpp"
#include "wire/langfuse/otlp.hpp"
#include "wire/langfuse/otlp_receipt.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <limits>
#include <map>

using namespace spillway;
using namespace spillway::wire::langfuse;
using namespace spillway::wire::langfuse::testing;
using nlohmann::json;

namespace {

json first_span(const std::string& body) {
  return json::parse(body)["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
}

/// String attributes of the one span of `g`, without "langfuse." in front.
std::map<std::string, std::string> attributes(report::generation g,
                                              const trace_resource& resource = {}) {
  std::map<std::string, std::string> all;
  const json span = first_span(exported({std::move(g)}, resource));
  for (const json& a : span["attributes"])
    if (a["value"].contains("stringValue"))
      all[a["key"].get<std::string>().substr(9)] = a["value"]["stringValue"];
  return all;
}

std::string fault(const std::string& body) {
  const auto receipt = decode_otlp(body);
  return receipt ? std::string{} : receipt.failure().message;
}

} // namespace

TEST_CASE("An answered call is exported as the golden file says, twice in the same bytes",
          "[wire][langfuse]") {
  const std::string body = exported({answered()}, {"gateway", "production", "abc123", true, true});
  const std::string golden = SPILLWAY_FIXTURES "langfuse/generation.json";
  CHECK(json::parse(body) == json::parse(spillway::testing::read_file(golden)));
  CHECK(body == exported({answered()}, {"gateway", "production", "abc123", true, true}));
}

TEST_CASE("The receipt of an export knows its generations and their cost", "[wire][langfuse]") {
  const auto receipt = decode_otlp(exported({answered(), failed(), answered()}));
  REQUIRE(receipt);
  CHECK(*receipt == otlp_receipt{3, 0, nano_usd{9'750'000}});
  CHECK(*decode_otlp(exported({})) == otlp_receipt{});
}

TEST_CASE("Traces keep their bytes, and those of one exporter share its frame",
          "[wire][langfuse]") {
  const std::string old = encode_trace(answered(), {"gateway", "production", "v1"});
  const std::string one = encode_trace(answered(), {"gateway", "production", "v2"});
  const std::string two = encode_trace(failed(), {"gateway", "production", "v2"});
  const std::string body = join_traces({old, one, two});
  CHECK(*decode_otlp(body) == otlp_receipt{3, 0, nano_usd{9'750'000}});
  for (const std::string& trace : {old, one, two})
    CHECK(body.find(trace.substr(trace.find('\n') + 1)) != std::string::npos);
  const json groups = json::parse(body)["resourceSpans"];
  REQUIRE(groups.size() == 2);
  CHECK(groups[0]["scopeSpans"][0]["spans"].size() == 1);
  CHECK(groups[1]["scopeSpans"][0]["spans"].size() == 2);
}

TEST_CASE("A trace without its texts has all its numbers", "[wire][langfuse]") {
  const trace_resource all{"gateway", "production", "v1", true, true};
  const trace_resource numbers{"gateway", "production", "v1"};
  const auto cut = without_texts(encode_trace(answered(), all));
  REQUIRE(cut);
  CHECK(*cut == encode_trace(answered(), numbers));
  CHECK_FALSE(without_texts(*cut));
}

TEST_CASE("A failed call is an error that cost nothing", "[wire][langfuse]") {
  const json span = first_span(exported({failed()}));
  CHECK(span["status"] == json::parse(R"({"code":2,"message":"rate_limited: slow down"})"));
  const auto all = attributes(failed());
  CHECK(all.at("observation.level") == "ERROR");
  CHECK(all.at("observation.status_message") == "rate_limited: slow down");
  CHECK(all.at("observation.usage_details") == R"({"input":0,"output":0,"total":0})");
  CHECK(all.at("observation.cost_details") == R"({"total":0})");
  CHECK(all.at("observation.metadata.http_status") == "429");
  CHECK(all.count("observation.completion_start_time") == 0);
}

TEST_CASE("Texts leave only if the operator said so", "[wire][langfuse]") {
  const std::string silent = exported({answered()});
  CHECK(silent.find("hello") == std::string::npos);
  CHECK(silent.find("\\\"hi\\\"") == std::string::npos);
  trace_resource input_only;
  input_only.capture_input = true;
  CHECK(attributes(answered(), input_only).count("observation.input") == 1);
  CHECK(attributes(answered(), input_only).count("observation.output") == 0);
}

TEST_CASE("A long text is cut at a character's edge, and says so", "[wire][langfuse]") {
  report::generation g = answered();
  chat_reply reply;
  for (std::size_t i = 0; i < bounds::trace_text_bytes_max; ++i)
    reply.message.text += "\u00e9";
  g.output = std::make_shared<const chat_reply>(reply);
  const std::string text = attributes(g, {"s", "", "", false, true}).at("observation.output");
  CHECK(text.size() <= bounds::trace_text_bytes_max);
  CHECK(text.size() > bounds::trace_text_bytes_max - 64);
  CHECK_THAT(text, Catch::EndsWith("... (cut, was 131072 bytes)"));
  CHECK(text.find("\xef\xbf\xbd") == std::string::npos);
}

TEST_CASE("A reply that calls tools is shown with its calls", "[wire][langfuse]") {
  report::generation g = answered();
  chat_reply reply;
  reply.message.role = chat_role::assistant;
  reply.message.tool_calls = {{"c1", "f", "{}"}};
  g.output = std::make_shared<const chat_reply>(reply);
  const json shown =
      json::parse(attributes(g, {"s", "", "", false, true}).at("observation.output"));
  CHECK(shown["tool_calls"][0]["function"]["name"] == "f");
}

TEST_CASE("An id that is not hexadecimal does not lose the export", "[wire][langfuse]") {
  const auto id = GENERATE(as<std::string>{}, "", "my-trace", "4BF92F3577B34DA6A3CE929D0E0E4736",
                           std::string(32, '0'), std::string(33, 'a'), std::string(32, 'g'));
  report::generation g = answered();
  g.trace_id = g.span_id = g.parent_span_id = id;
  const std::string body = exported({g});
  CHECK(fault(body).empty());
  CHECK(first_span(body)["traceId"] == first_span(exported({g}))["traceId"]);
  CHECK(attributes(g).at("observation.metadata.trace_id") == id);
  report::generation other = g;
  other.trace_id += 'x';
  CHECK(first_span(exported({other}))["traceId"] != first_span(body)["traceId"]);
}

TEST_CASE("A root has no parent", "[wire][langfuse]") {
  report::generation g = answered();
  g.parent_span_id.clear();
  CHECK_FALSE(first_span(exported({g})).contains("parentSpanId"));
}

TEST_CASE("Nothing in a generation makes the receiver refuse it", "[wire][langfuse]") {
  constexpr auto huge = std::numeric_limits<std::int64_t>::max() / 4;
  std::vector<report::generation> odd(6, answered());
  odd[0].ended_at = odd[0].started_at - std::chrono::hours{1};
  odd[1].user = odd[1].model.value = odd[1].tags[0] = "\xff\xfe";
  odd[2].usage = {token_count{-5}, token_count{9}, token_count{9},
                  token_count{-1}, token_count{3}, true};
  odd[3].usage = {token_count{10}, token_count{8}, token_count{8},
                  token_count{1},  token_count{3}, true};
  odd[4].started_at = wall_time_from_unix_nanos(-1);
  odd[5].input.reset();
  odd[5].output.reset();
  for (std::size_t i = 0; i < odd.size(); ++i) {
    CAPTURE(i);
    CHECK(fault(exported({odd[i]}, {"s", "x", "", true, true})).empty());
  }
  report::generation dear = answered();
  dear.cost = {nano_usd{huge}, {}, {}, {}, nano_usd{huge}};
  CHECK_THAT(attributes(dear).at("observation.cost_details"),
             Catch::EndsWith("\"total\":" + to_decimal_usd(nano_usd{huge}) + "}"));
}

TEST_CASE("Costs are exact to the nano-dollar", "[wire][langfuse]") {
  report::generation g = answered();
  g.cost = {nano_usd{1}, {}, {}, {}, nano_usd{1}};
  CHECK(attributes(g).at("observation.cost_details")
        == R"({"input":0.000000001,"total":0.000000001})");
  CHECK(decode_otlp(exported({g}))->cost_total == nano_usd{1});
}
