#include "wire/ledger_text.hpp"

#include "core/money/calendar.hpp"
#include "wire/json_document.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace spillway::wire {
namespace {

using json = nlohmann::ordered_json;
using column = std::pair<const char*, json>;

std::string text_of(const json& value) {
  if (value.is_string())
    return value.get<std::string>();
  if (value.is_null())
    return {};
  if (!value.is_array())
    return value.dump();
  std::string all;
  for (const json& item : value)
    all += (all.empty() ? "" : ";") + item.get<std::string>();
  return all;
}

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos)
    return text;
  std::string out = "\"";
  for (const char c : text)
    out.append(c == '"' ? 2 : 1, c);
  return out += '"';
}

std::string csv(const std::vector<column>& columns) {
  std::string line;
  for (const column& c : columns) {
    if (&c != columns.data())
      line += ',';
    line += quoted(text_of(c.second));
  }
  return line;
}

std::string dump(const json& value) {
  return dump_in_order(value);
}

std::string object(const std::vector<column>& columns) {
  json out = json::object();
  for (const column& c : columns)
    out[c.first] = c.second;
  return dump(out);
}

void add_usage(std::vector<column>& out, const token_usage& u) {
  out.emplace_back("input_tokens", u.input.value());
  out.emplace_back("cached_input_tokens", u.cached_input.value());
  out.emplace_back("cache_write_tokens", u.cache_write.value());
  out.emplace_back("output_tokens", u.output.value());
  out.emplace_back("reasoning_tokens", u.reasoning.value());
  out.emplace_back("usage_estimated", u.estimated);
}

void add_scopes(std::vector<column>& out, const std::vector<money::scope_value>& scopes) {
  for (const char* scope : {"team", "user", "session", "run"}) {
    json name;
    for (const money::scope_value& s : scopes)
      if (s.scope == scope)
        name = s.name;
    out.emplace_back(scope, std::move(name));
  }
  json tags = json::array();
  for (const money::scope_value& s : scopes)
    if (s.scope == "tag")
      tags.push_back(s.name);
  out.emplace_back("tags", std::move(tags));
}

std::vector<column> columns_of(const ledger_row& row) {
  const call_intent& i = row.intent;
  const auto& s = row.settlement;
  std::vector<column> out{{"kind", "call"},
                          {"lease", i.lease.value},
                          {"request", i.request.value},
                          {"attempt", i.attempt},
                          {"key", i.key.value},
                          {"model", i.model.value},
                          {"begun_at", money::moment_text(i.at)},
                          {"ended_at", s ? json(money::moment_text(s->at)) : json()},
                          {"outcome", s ? to_string(s->outcome) : "open"},
                          {"calls", 1}};
  add_usage(out, s ? s->usage : token_usage{});
  out.emplace_back("reserved_usd", to_decimal_usd(i.reserved_max));
  out.emplace_back("cost_usd", to_decimal_usd(s ? s->cost : i.reserved_max));
  add_scopes(out, i.scopes);
  return out;
}

std::vector<column> columns_of(const report::folded_calls& f) {
  std::vector<column> out{{"kind", "sum"},
                          {"lease", nullptr},
                          {"request", nullptr},
                          {"attempt", nullptr},
                          {"key", f.key.value},
                          {"model", f.model.value},
                          {"begun_at", money::moment_text(f.from)},
                          {"ended_at", nullptr},
                          {"outcome", nullptr},
                          {"calls", f.calls.begun}};
  add_usage(out, f.usage);
  out.emplace_back("reserved_usd", nullptr);
  out.emplace_back("cost_usd", to_decimal_usd(f.cost));
  add_scopes(out, f.scopes);
  return out;
}

json encode(const report::call_counts& c) {
  return {{"begun", c.begun},       {"settled", c.settled}, {"not_sent", c.not_sent},
          {"rejected", c.rejected}, {"unknown", c.unknown}, {"open", c.open},
          {"folded", c.folded}};
}

json encode(const report::trace_tally& t) {
  return {{"waiting", t.waiting},
          {"waiting_bytes", t.waiting_bytes},
          {"delivered", t.delivered},
          {"refused", t.refused},
          {"dropped", t.dropped}};
}

json encode(const report::account_sum& a) {
  return {{"scope", a.scope},
          {"name", a.name},
          {"period", a.period},
          {"calls", a.calls},
          {"spent_usd", to_decimal_usd(a.spent)},
          {"held_usd", to_decimal_usd(a.held)}};
}

} // namespace

std::string ledger_csv_header() {
  std::string line;
  for (const column& c : columns_of(ledger_row{}))
    line += (line.empty() ? "" : ",") + std::string{c.first};
  return line;
}

std::string ledger_csv_line(const ledger_row& row) {
  return csv(columns_of(row));
}

std::string ledger_csv_line(const report::folded_calls& sum) {
  return csv(columns_of(sum));
}

std::string ledger_json_line(const ledger_row& row) {
  return object(columns_of(row));
}

std::string ledger_json_line(const report::folded_calls& sum) {
  return object(columns_of(sum));
}

std::string encode_ledger_check(const report::ledger_check& check) {
  json accounts = json::array();
  for (const report::account_sum& a : check.accounts)
    accounts.push_back(encode(a));
  return dump({{"ok", check.sound()},
               {"schema", check.schema},
               {"damage", check.damage},
               {"findings", check.findings},
               {"calls", encode(check.calls)},
               {"spent_usd", to_decimal_usd(check.spent)},
               {"held_usd", to_decimal_usd(check.held)},
               {"traces", encode(check.traces)},
               {"accounts", std::move(accounts)}});
}

std::string encode_compaction(const report::compaction& done) {
  return dump({{"folded", done.folded},
               {"before", money::moment_text(done.before)},
               {"bytes_before", done.bytes_before},
               {"bytes_after", done.bytes_after},
               {"spent_usd", to_decimal_usd(done.spent)}});
}

} // namespace spillway::wire
