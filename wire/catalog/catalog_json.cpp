#include "wire/catalog/catalog_json.hpp"

#include "wire/json_reader.hpp"

#include <chrono>
#include <cstdio>

namespace spillway::wire::catalog {
namespace {

using json = nlohmann::json;

json dollars(std::int64_t nano_usd_per_mtok) {
  return json::parse(to_decimal_usd(nano_usd{nano_usd_per_mtok}));
}

json day(const std::optional<wall_time>& t) {
  if (!t)
    return nullptr;
  const std::chrono::year_month_day d{std::chrono::floor<std::chrono::days>(*t)};
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(d.year()),
                static_cast<unsigned>(d.month()), static_cast<unsigned>(d.day()));
  return text;
}

json encode(const money::price_row& r) {
  json out = {{"input", dollars(r.input)},
              {"cached_input", dollars(r.cached_input)},
              {"cache_write", dollars(r.cache_write)},
              {"output", dollars(r.output)}};
  const auto add = [&](const char* key, const std::optional<std::int64_t>& price) {
    if (price)
      out[key] = dollars(*price);
  };
  add("cache_write_1h", r.cache_write_1h);
  add("audio_input", r.audio_input);
  add("audio_output", r.audio_output);
  add("reasoning", r.reasoning);
  return out;
}

json encode(const money::dated_price& p) {
  json out = encode(p.base);
  out["from"] = p.from == wall_time{} ? json{} : day(p.from);
  out["long_prompt"] = json::array();
  for (const money::price_tier& t : p.tiers) {
    json row = encode(t.row);
    row["above_input"] = t.above_input.value();
    out["long_prompt"].push_back(std::move(row));
  }
  return out;
}

json encode(const rate::limits& l) {
  json out = json::object();
  for (const rate::dimension d : rate::all_dimensions)
    if (const auto limit = l.of(d))
      out[to_string(d)] = *limit;
  return out;
}

template <class Enum>
json names(const std::vector<Enum>& values) {
  json out = json::array();
  for (const Enum value : values)
    out.push_back(to_string(value));
  return out;
}

json encode(const capabilities& can) {
  return {{"input", names(can.input)},
          {"endpoints", names(can.endpoints)},
          {"tools", can.tools},
          {"parallel_tools", can.parallel_tools},
          {"json_schema", can.json_schema},
          {"several_answers", can.several_answers},
          {"temperature", can.temperature},
          {"reasoning", can.reasoning},
          {"efforts", names(can.efforts)}};
}

json encode(const catalog_row& row, wall_time now) {
  const model_entry& m = *row.model;
  json price;
  json next;
  for (const money::dated_price& p : m.pricing.rows) {
    if (p.from <= now)
      price = encode(p);
    else if (next.is_null())
      next = encode(p);
  }
  return {{"id", m.id.value},
          {"provider", m.provider.value},
          {"kind", to_string(m.can.kind)},
          {"upstream_name", m.upstream_name},
          {"aliases", m.aliases},
          {"context", m.context_max.value()},
          {"output_max", m.output_max.value()},
          {"input_max", m.input_max ? json(m.input_max->value()) : json{}},
          {"prices_usd_per_mtok", std::move(price)},
          {"next_prices_usd_per_mtok", std::move(next)},
          {"tier", std::string{row.tier}},
          {"limits", encode(m.limits)},
          {"limit_group", m.limit_group},
          {"capabilities", encode(m.can)},
          {"use_cases", m.use_cases},
          {"stage", to_string(stage_of(m.life, now))},
          {"deprecated", day(m.life.deprecated)},
          {"retired", day(m.life.retired)},
          {"successor", m.life.successor}};
}

} // namespace

std::string encode_catalog(std::span<const catalog_row> rows, wall_time now) {
  json out = json::array();
  for (const catalog_row& row : rows)
    out.push_back(encode(row, now));
  return dump_json(out);
}

} // namespace spillway::wire::catalog
