#include "config/catalog_file.hpp"

#include "config/parse.hpp"
#include "config/write_toml.hpp"

#include <algorithm>
#include <utility>

namespace spillway::config {

namespace {

constexpr std::string_view heading =
    "# Models, laid over those that Spillway brings along. Written by `spillway models update`;\n"
    "# read because `catalog.files` of your configuration names it.\n\n";

template <class T>
node leaf(T value) {
  node out;
  out.value = std::move(value);
  return out;
}

/// A table under construction: members may come in any order.
class builder {
public:
  template <class T>
  builder& set(std::string key, T value) {
    members_.push_back({std::move(key), {}, leaf(std::move(value))});
    return *this;
  }
  builder& set(std::string key, node value) {
    members_.push_back({std::move(key), {}, std::move(value)});
    return *this;
  }

  node build() {
    std::ranges::sort(members_, {}, &member::key);
    return leaf(table{std::move(members_)});
  }

private:
  std::vector<member> members_;
};

/// Exact: prices are read to the nano-dollar, and so many digits a double has.
node dollars(std::int64_t nano_usd_per_mtok) {
  if (nano_usd_per_mtok % nano_usd_per_usd == 0)
    return leaf(nano_usd_per_mtok / nano_usd_per_usd);
  return leaf(static_cast<double>(nano_usd_per_mtok) / static_cast<double>(nano_usd_per_usd));
}

void set_row(builder& to, const money::price_row& r) {
  to.set("input", dollars(r.input)).set("output", dollars(r.output));
  if (r.cached_input != r.input)
    to.set("cached_input", dollars(r.cached_input));
  if (r.cache_write != r.input)
    to.set("cache_write", dollars(r.cache_write));
  const auto set_own = [&](const char* key, const std::optional<std::int64_t>& price) {
    if (price)
      to.set(key, dollars(*price));
  };
  set_own("cache_write_1h", r.cache_write_1h);
  set_own("audio_input", r.audio_input);
  set_own("audio_output", r.audio_output);
  set_own("reasoning", r.reasoning);
}

void set_factor(builder& to, const char* key, std::int64_t thousandths, std::int64_t otherwise) {
  if (thousandths != otherwise)
    to.set(key, static_cast<double>(thousandths) / 1000);
}

std::chrono::sys_days day_of(wall_time t) {
  return std::chrono::floor<std::chrono::days>(t);
}

node price_node(const money::dated_price& p) {
  builder row;
  if (p.from != wall_time{})
    row.set("from", day_of(p.from));
  set_row(row, p.base);
  const money::service_factors plain;
  set_factor(row, "batch_factor", p.factors.batch, plain.batch);
  set_factor(row, "flex_factor", p.factors.flex, plain.flex);
  set_factor(row, "priority_factor", p.factors.priority, plain.priority);
  array tiers;
  for (const money::price_tier& t : p.tiers) {
    builder tier;
    tier.set("above_input", t.above_input.value());
    set_row(tier, t.row);
    tiers.items.push_back(tier.build());
  }
  if (!tiers.items.empty())
    row.set("long_prompt", std::move(tiers));
  return row.build();
}

node prices_node(const model_entry& m) {
  array rows;
  for (const money::dated_price& p : m.pricing.rows)
    rows.items.push_back(price_node(p));
  return leaf(std::move(rows));
}

template <class Enum>
node names_node(const std::vector<Enum>& values) {
  array out;
  for (const Enum value : values)
    out.items.push_back(leaf(std::string{to_string(value)}));
  return leaf(std::move(out));
}

void set_abilities(builder& to, const capabilities& can) {
  for (const auto& [key, able] : {std::pair{"tools", can.tools}, {"json_schema", can.json_schema},
                                  {"reasoning", can.reasoning}, {"temperature", can.temperature}})
    if (!able)
      to.set(key, false);
  if (!can.input.empty())
    to.set("input", names_node(can.input));
}

node added_node(const model_entry& m) {
  builder out;
  out.set("provider", m.provider.value).set("context", m.context_max.value());
  if (m.can.kind != model_kind::chat)
    out.set("kind", std::string{to_string(m.can.kind)});
  if (m.output_max > token_count{})
    out.set("output_max", m.output_max.value());
  if (m.input_max)
    out.set("input_max", m.input_max->value());
  set_abilities(out, m.can);
  if (m.life.retired)
    out.set("retired", day_of(*m.life.retired));
  out.set("prices", prices_node(m));
  return out.build();
}

node changed_node(const catalog_update::changed_model& c) {
  builder out;
  const model_entry& m = c.now;
  for (const catalog_update::changed_value& v : c.values) {
    if (v.what == "context")
      out.set("context", m.context_max.value());
    else if (v.what == "output_max")
      out.set("output_max", m.output_max.value());
    else if (v.what == "input_max")
      out.set("input_max", m.input_max->value());
    else if (v.what == "retired")
      out.set("retired", day_of(*m.life.retired));
    else if (v.what.find(' ') == std::string::npos)
      out.set(v.what, v.after == "yes");
  }
  if (c.price)
    out.set("prices", prices_node(m));
  return out.build();
}

} // namespace

result<std::string> write_catalog_file(const catalog_update::difference& news,
                                       std::string_view before, std::string_view source) {
  auto root = parse_toml(before, source);
  if (!root)
    return root.failure();
  for (const member& m : members_of(&*root))
    if (m.key != "models")
      return error{std::string{source} + ": holds `" + m.key
                   + "` besides models; name another file"};
  builder models;
  for (const model_entry& m : news.added)
    models.set(m.id.value, added_node(m));
  for (const catalog_update::changed_model& c : news.changed)
    models.set(c.now.id.value, changed_node(c));
  builder over;
  over.set("models", models.build());
  overlay(*root, over.build());
  return std::string{heading} + write_toml(*root);
}

} // namespace spillway::config
