#include "wire/spend_report_text.hpp"

#include "wire/iso_time.hpp"
#include "wire/json_document.hpp"

#include <string_view>

namespace spillway::wire {
namespace {

using json = nlohmann::ordered_json;

json encode(const report::spend_line& l) {
  return {{"name", l.name.empty() ? json{} : json(l.name)},
          {"requests", l.requests},
          {"calls", l.calls},
          {"answered", l.answered},
          {"rate_limited_429", l.rate_limited},
          {"unknown", l.unknown},
          {"fallbacks", l.fallbacks},
          {"input_tokens", l.input.value()},
          {"cached_input_tokens", l.cached_input.value()},
          {"output_tokens", l.output.value()},
          {"reasoning_tokens", l.reasoning.value()},
          {"cost_usd", json::parse(to_decimal_usd(l.cost))},
          {"folded_calls", l.folded}};
}

std::string cell(std::string_view text) {
  std::string out;
  if (!text.empty() && std::string_view{"=+-@\t\r"}.find(text.front()) != std::string_view::npos)
    out += '\'';
  out += text;
  if (out.find_first_of("\",\r\n") == std::string::npos)
    return out;
  std::string quoted = "\"";
  for (const char c : out)
    quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

} // namespace

std::string encode_spend_json(const spend_summary& s) {
  json lines = json::array();
  for (const report::spend_line& l : s.lines)
    lines.push_back(encode(l));
  json total = encode(s.total);
  total.erase("name");
  const json out = {{"by", to_string(s.by)},       {"from", iso_time(s.from)},
                    {"to", iso_time(s.to)},        {"zone", s.zone},
                    {"journal", s.journal},        {"lines", std::move(lines)},
                    {"total", std::move(total)}};
  return dump_in_order(out);
}

std::string encode_spend_csv(const spend_summary& s) {
  std::string out = to_string(s.by);
  out += ",requests,calls,answered,rate_limited_429,unknown,fallbacks,input_tokens,"
         "cached_input_tokens,output_tokens,reasoning_tokens,cost_usd,folded_calls\r\n";
  for (const report::spend_line& l : s.lines) {
    out += cell(l.name);
    for (const std::uint64_t n :
         {l.requests, l.calls, l.answered, l.rate_limited, l.unknown, l.fallbacks})
      out += ',' + std::to_string(n);
    for (const token_count n : {l.input, l.cached_input, l.output, l.reasoning})
      out += ',' + std::to_string(n.value());
    out += ',' + to_decimal_usd(l.cost) + ',' + std::to_string(l.folded) + "\r\n";
  }
  return out;
}

} // namespace spillway::wire
