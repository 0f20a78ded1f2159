#include "wire/access/key_json.hpp"

#include "core/bounds.hpp"
#include "wire/iso_time.hpp"
#include "wire/json_reader.hpp"
#include "wire/timestamp.hpp"

#include <algorithm>
#include <array>

namespace spillway::wire {
namespace {

using json = nlohmann::ordered_json;

constexpr std::array budget_periods{money::period::day, money::period::week, money::period::month};
constexpr std::array known_fields{
    std::string_view{"name"},          std::string_view{"models"},
    std::string_view{"tags"},          std::string_view{"expires_at"},
    std::string_view{"budgets_usd"},   std::string_view{"requests_per_minute"},
    std::string_view{"tokens_per_minute"}, std::string_view{"concurrent_requests"}};

/// Of a name that we do not know, in a message.
constexpr std::size_t repeated_max = 64;

json or_null(const std::optional<wall_time>& t) {
  return t ? json(iso_time(*t)) : json{};
}

json or_null(const std::optional<std::int64_t>& n) {
  return n ? json(*n) : json{};
}

const char* state_of(const access::virtual_key& key, wall_time now) {
  return key.revoked ? "revoked" : key.is_live(now) ? "live" : "expired";
}

json to_json(const access::virtual_key& key, wall_time now) {
  json budgets = json::object();
  for (const access::key_budget& b : key.budgets)
    budgets[to_string(b.per)] = json::parse(to_decimal_usd(b.limit));
  return {{"id", key.id},
          {"name", key.name},
          {"state", state_of(key, now)},
          {"created_at", iso_time(key.created)},
          {"expires_at", or_null(key.expires)},
          {"revoked_at", or_null(key.revoked)},
          {"models", key.targets},
          {"tags", key.tags},
          {"requests_per_minute", or_null(key.limits.requests_per_minute)},
          {"tokens_per_minute", or_null(key.limits.tokens_per_minute)},
          {"concurrent_requests", or_null(key.limits.concurrent_requests)},
          {"budgets_usd", std::move(budgets)}};
}

std::string text_of(const json& value) {
  return dump_in_order(value);
}

error wrong(std::string_view field, std::string_view why) {
  return error{std::string{field} + " " + std::string{why}};
}

result<void> take_texts(const nlohmann::json& body, const char* field,
                        std::vector<std::string>& out) {
  const auto it = body.find(field);
  if (it == body.end() || it->is_null())
    return {};
  if (!it->is_array())
    return wrong(field, "must be a list of texts");
  for (const auto& item : *it) {
    if (!item.is_string())
      return wrong(field, "must be a list of texts");
    out.push_back(item.get<std::string>());
  }
  return {};
}

result<void> take_limit(const nlohmann::json& body, const char* field,
                        std::optional<std::int64_t>& out) {
  const auto it = body.find(field);
  if (it == body.end() || it->is_null())
    return {};
  if (!it->is_number_integer() || it->get<double>() < 1
      || it->get<double>() > static_cast<double>(bounds::token_count_max))
    return wrong(field, "must be a whole number from 1");
  out = it->get<std::int64_t>();
  return {};
}

result<void> take_expiry(const nlohmann::json& body, std::optional<wall_time>& out) {
  const auto it = body.find("expires_at");
  if (it == body.end() || it->is_null())
    return {};
  out = it->is_string() ? parse_rfc3339(it->get<std::string>()) : std::nullopt;
  if (!out)
    return wrong("expires_at", "must be a time such as \"2027-01-31T00:00:00Z\"");
  return {};
}

result<void> take_budgets(const nlohmann::json& body, std::vector<access::key_budget>& out) {
  const auto it = body.find("budgets_usd");
  if (it == body.end() || it->is_null())
    return {};
  if (!it->is_object())
    return wrong("budgets_usd", "must be an object such as {\"day\": 5}");
  for (const auto& [name, value] : it->items()) {
    const auto per = std::ranges::find_if(
        budget_periods, [&name = name](money::period p) { return name == to_string(p); });
    nano_usd limit;
    if (per == budget_periods.end())
      return wrong("budgets_usd", "takes day, week and month");
    // From the text of the number: dollars are exact to the nano-dollar.
    if (!value.is_number() || !parse_decimal_usd(value.dump(), limit) || limit < nano_usd{0})
      return wrong("budgets_usd", "must have plain dollars, at most nine decimal places");
    out.push_back({*per, limit});
  }
  return {};
}

} // namespace

std::string encode_key(const access::virtual_key& key, wall_time now, const secret& text) {
  json out = to_json(key, now);
  if (!text.empty())
    out["key"] = text.reveal();
  return text_of(out);
}

std::string encode_keys(const std::vector<access::virtual_key>& keys, wall_time now) {
  json list = json::array();
  for (const access::virtual_key& key : keys)
    list.push_back(to_json(key, now));
  return text_of({{"keys", std::move(list)}});
}

result<access::virtual_key> decode_key_wish(std::string_view body) {
  const auto read = parse_json(body);
  if (!read)
    return read.failure();
  if (!read->is_object())
    return error{"the body must be an object such as {\"name\": \"search-bot\"}"};
  for (const auto& [field, value] : read->items())
    if (std::ranges::find(known_fields, std::string_view{field}) == known_fields.end())
      return error{field.substr(0, repeated_max)
                   + " is not known; allowed: name, models, tags, expires_at, budgets_usd, "
                     "requests_per_minute, tokens_per_minute, concurrent_requests"};
  access::virtual_key key;
  const auto name = read->find("name");
  if (name == read->end() || !name->is_string())
    return wrong("name", "must be a text");
  key.name = name->get<std::string>();
  for (const auto& done :
       {take_texts(*read, "models", key.targets), take_texts(*read, "tags", key.tags),
        take_limit(*read, "requests_per_minute", key.limits.requests_per_minute),
        take_limit(*read, "tokens_per_minute", key.limits.tokens_per_minute),
        take_limit(*read, "concurrent_requests", key.limits.concurrent_requests),
        take_expiry(*read, key.expires), take_budgets(*read, key.budgets)})
    if (!done)
      return done.failure();
  if (auto checked = access::check_virtual_key(key); !checked)
    return checked.failure();
  return key;
}

} // namespace spillway::wire
