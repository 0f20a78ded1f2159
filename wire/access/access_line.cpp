#include "wire/access/access_line.hpp"

#include "wire/iso_time.hpp"
#include "wire/json_document.hpp"

#include <array>
#include <chrono>
#include <string_view>
#include <utility>

namespace spillway::wire {
namespace {

using json = nlohmann::ordered_json;

/// What the line repeats of the reply's headers: its name there, and ours.
constexpr std::array<std::pair<const char*, const char*>, 4> texts{{
    {"x-spillway-request-id", "request_id"},
    {"x-spillway-model", "model"},
    {"x-spillway-cache", "cache"},
    {"traceparent", "traceparent"},
}};
constexpr std::array<std::pair<const char*, const char*>, 5> numbers{{
    {"x-spillway-input-tokens", "input_tokens"},
    {"x-spillway-output-tokens", "output_tokens"},
    {"x-spillway-cost-usd", "cost_usd"},
    {"x-spillway-waited-ms", "waited_ms"},
    {"x-spillway-attempts", "attempts"},
}};

/// To the microsecond.
double milliseconds(duration d) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(d).count();
  return static_cast<double>(us) / 1000;
}

} // namespace

std::string encode_access(const access_entry& e) {
  json line = {{"at", iso_time(e.at)},
               {"method", e.method},
               {"path", e.path},
               {"status", e.status},
               {"ms", milliseconds(e.took)},
               {"request_bytes", e.request_bytes}};
  line["reply_bytes"] = e.reply_bytes;
  if (e.streamed) {
    line["streamed"] = true;
    line["first_word_ms"] = milliseconds(e.first_word);
  }
  if (e.cut)
    line["cut"] = true;
  if (!e.key.empty())
    line["key"] = e.key;
  for (const auto& [header, name] : texts)
    if (e.reply.contains(header))
      line[name] = e.reply.find(header);
  for (const auto& [header, name] : numbers)
    if (const json value = json::parse(e.reply.find(header), nullptr, false); value.is_number())
      line[name] = value;
  return dump_in_order(line);
}

} // namespace spillway::wire
