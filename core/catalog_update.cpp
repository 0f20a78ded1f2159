#include "core/catalog_update.hpp"

#include "core/bounds.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>

namespace spillway::catalog_update {
namespace {

/// A tenth of what the cheapest tokens cost (cached ones of the smallest models, 2026-10).
constexpr double usd_least = 0.0005;
constexpr double usd_most =
    static_cast<double>(bounds::price_nano_usd_per_mtok_max / nano_usd_per_usd);
/// Vendors have cut prices by 80 % at once; a factor of a hundred or a thousand is a unit's.
constexpr double factor_most = 100;

std::int64_t nanos(double usd) {
  return std::llround(usd * static_cast<double>(nano_usd_per_usd));
}

std::string dollars(std::int64_t nano_usd_per_mtok) {
  return "$" + to_decimal_usd(nano_usd{nano_usd_per_mtok});
}

std::string plain(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

// -- sense ----------------------------------------------------------------------------------------

/// Why a price makes no sense; empty if it does.
std::string complaint_about(const char* what, const std::optional<double>& usd) {
  if (!usd)
    return {};
  const std::string text = std::string{what} + " of $" + plain(*usd) + " per million tokens ";
  if (!std::isfinite(*usd) || *usd < 0)
    return text + "is no price";
  if (*usd > usd_most)
    return text + "is what nobody charges; is it per token or per thousand?";
  if (*usd > 0 && *usd < usd_least)
    return text + "is what nobody charges; is it per token instead of per million?";
  return {};
}

std::string complaint_about(const listed_rates& r) {
  const std::array<std::pair<const char*, const std::optional<double>*>, 8> all = {{
      {"input", &r.input},
      {"output", &r.output},
      {"cached input", &r.cached_input},
      {"cache write", &r.cache_write},
      {"cache write for an hour", &r.cache_write_1h},
      {"audio input", &r.audio_input},
      {"audio output", &r.audio_output},
      {"reasoning", &r.reasoning},
  }};
  for (const auto& [what, usd] : all)
    if (std::string text = complaint_about(what, *usd); !text.empty())
      return text;
  if (r.cached_input && r.input && *r.cached_input > *r.input)
    return "cached input is dearer than other input";
  return {};
}

std::string complaint_about_sizes(const listed_model& m) {
  for (const auto& size : {m.context, m.input_max, m.output_max})
    if (size && (*size < 0 || *size > bounds::token_count_max))
      return "a size of " + std::to_string(*size) + " tokens is none";
  if (m.context && m.output_max && *m.context > 0 && *m.output_max > *m.context)
    return "its longest reply (" + std::to_string(*m.output_max)
           + " tokens) is more than its context (" + std::to_string(*m.context) + ")";
  return {};
}

std::string complaint_about(const listed_model& m) {
  if (std::string text = complaint_about(m.rates); !text.empty())
    return text;
  for (const listed_tier& t : m.tiers)
    if (std::string text = complaint_about(t.rates); !text.empty())
      return "above " + std::to_string(t.above_input) + " tokens: " + text;
  return complaint_about_sizes(m);
}

bool jumps(std::int64_t before, std::int64_t after) {
  if (before <= 0 || after <= 0)
    return false;
  const double factor = static_cast<double>(after) / static_cast<double>(before);
  return factor >= factor_most || factor <= 1 / factor_most;
}

// -- a listing as one of our entries --------------------------------------------------------------

bool is_priced(const listed_model& m) {
  return m.rates.input.has_value();
}

money::price_row row_of(const listed_rates& r) {
  const auto other = [](const std::optional<double>& usd) {
    return usd ? std::optional{nanos(*usd)} : std::nullopt;
  };
  money::price_row out;
  out.input = nanos(r.input.value_or(0));
  out.output = nanos(r.output.value_or(0));
  out.cached_input = other(r.cached_input).value_or(out.input);
  out.cache_write = other(r.cache_write).value_or(out.input);
  out.cache_write_1h = other(r.cache_write_1h);
  out.audio_input = other(r.audio_input);
  out.audio_output = other(r.audio_output);
  out.reasoning = other(r.reasoning);
  return out;
}

/// What a list leaves out of a dearer tier costs there what the tier's like does.
listed_rates completed(listed_rates tier, const listed_rates& base) {
  if (!tier.input)
    tier.input = base.input;
  if (!tier.output)
    tier.output = base.output;
  return tier;
}

std::int64_t thousandths(const std::optional<double>& factor, std::int64_t otherwise) {
  return factor && *factor >= 0 && *factor <= 10 ? std::llround(*factor * 1000) : otherwise;
}

money::dated_price price_of(const listed_model& m, const money::service_factors& before,
                            wall_time from) {
  money::dated_price out;
  out.from = from;
  out.base = row_of(m.rates);
  for (const listed_tier& t : m.tiers)
    out.tiers.push_back({token_count{t.above_input}, row_of(completed(t.rates, m.rates))});
  out.factors = {thousandths(m.batch_factor, before.batch), thousandths(m.flex_factor, before.flex),
                 thousandths(m.priority_factor, before.priority)};
  return out;
}

const money::dated_price* price_at(const model_entry& m, wall_time at) {
  const money::dated_price* found = nullptr;
  for (const money::dated_price& row : m.pricing.rows)
    if (row.from <= at)
      found = &row;
  return found;
}

/// Collects what differs while it lays a listing over an entry.
class comparison {
public:
  comparison(const model_entry& before, const listed_model& listed, wall_time today)
      : before_{before}, listed_{listed}, today_{today} {
    out_.now = before;
  }

  changed_model run() {
    sizes();
    abilities();
    if (is_priced(listed_))
      price();
    return std::move(out_);
  }

  const std::string& refused() const noexcept { return refused_; }

private:
  void note(std::string what, std::string before, std::string after) {
    out_.values.push_back({std::move(what), std::move(before), std::move(after)});
  }

  void size(const char* what, const std::optional<std::int64_t>& listed, token_count& value) {
    if (!listed || *listed <= 0 || token_count{*listed} == value)
      return;
    note(what, std::to_string(value.value()), std::to_string(*listed));
    value = token_count{*listed};
  }

  void sizes() {
    size("context", listed_.context, out_.now.context_max);
    size("output_max", listed_.output_max, out_.now.output_max);
    token_count input = before_.input_max.value_or(token_count{});
    const bool bounded = listed_.input_max && listed_.context && *listed_.input_max > 0
                         && *listed_.input_max < *listed_.context;
    if (!bounded)
      return;
    size("input_max", listed_.input_max, input);
    out_.now.input_max = input;
  }

  void ability(const char* what, const std::optional<bool>& listed, bool& value) {
    if (!listed || *listed == value)
      return;
    note(what, value ? "yes" : "no", *listed ? "yes" : "no");
    value = *listed;
  }

  void abilities() {
    ability("tools", listed_.tools, out_.now.can.tools);
    ability("json_schema", listed_.json_schema, out_.now.can.json_schema);
    ability("reasoning", listed_.reasoning, out_.now.can.reasoning);
    ability("temperature", listed_.temperature, out_.now.can.temperature);
    if (listed_.retired && listed_.retired != before_.life.retired) {
      note("retired", before_.life.retired ? day(*before_.life.retired) : "-",
           day(*listed_.retired));
      out_.now.life.retired = listed_.retired;
    }
  }

  static std::string day(wall_time t) {
    const std::chrono::year_month_day d{std::chrono::floor<std::chrono::days>(t)};
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(d.year()),
                  static_cast<unsigned>(d.month()), static_cast<unsigned>(d.day()));
    return text;
  }

  void rate(const char* what, std::int64_t before, std::int64_t after) {
    if (before == after)
      return;
    note(std::string{"price "} + what, dollars(before), dollars(after));
    if (jumps(before, after))
      refused_ = std::string{what} + " would go from " + dollars(before) + " to " + dollars(after)
                 + " per million tokens; that is a mistake of the unit";
  }

  void price() {
    const money::dated_price* old = price_at(before_, today_);
    const money::dated_price fresh =
        price_of(listed_, old ? old->factors : money::service_factors{}, today_);
    const money::price_row none;
    const std::size_t known = out_.values.size();
    compare(old ? old->base : none, fresh.base);
    tiers(old ? old->tiers : std::vector<money::price_tier>{}, fresh.tiers);
    if (out_.values.size() == known)
      return;
    out_.price = true;
    auto& rows = out_.now.pricing.rows;
    std::erase_if(rows, [this](const money::dated_price& row) { return row.from >= today_; });
    rows.push_back(fresh);
  }

  void compare(const money::price_row& a, const money::price_row& b) {
    rate("input", a.input, b.input);
    rate("output", a.output, b.output);
    // A list that does not tell a special price does not say that it is gone.
    if (listed_.rates.cached_input)
      rate("cached_input", a.cached_input, b.cached_input);
    if (listed_.rates.cache_write)
      rate("cache_write", a.cache_write, b.cache_write);
    if (listed_.rates.audio_input)
      rate("audio_input", a.audio_input.value_or(a.input), *b.audio_input);
    if (listed_.rates.audio_output)
      rate("audio_output", a.audio_output.value_or(a.output), *b.audio_output);
  }

  void tiers(const std::vector<money::price_tier>& a, const std::vector<money::price_tier>& b) {
    for (const money::price_tier& t : b) {
      const std::string above = " above " + std::to_string(t.above_input.value());
      const auto old = std::ranges::find(a, t.above_input, &money::price_tier::above_input);
      const money::price_row before = old == a.end() ? money::price_row{} : old->row;
      rate(("input" + above).c_str(), before.input, t.row.input);
      rate(("output" + above).c_str(), before.output, t.row.output);
    }
  }

  const model_entry& before_;
  const listed_model& listed_;
  wall_time today_;
  changed_model out_;
  std::string refused_;
};

model_entry entry_of(const listed_model& m, wall_time today) {
  model_entry out;
  out.id = {m.name};
  out.provider = {m.provider};
  out.upstream_name = m.name;
  out.context_max = token_count{m.context.value_or(0)};
  out.output_max = token_count{m.output_max.value_or(0)};
  if (m.input_max && m.context && *m.input_max < *m.context)
    out.input_max = token_count{*m.input_max};
  out.can.kind = m.kind.value_or(model_kind::chat);
  out.can.input = m.input;
  out.can.tools = m.tools.value_or(true);
  out.can.json_schema = m.json_schema.value_or(true);
  out.can.reasoning = m.reasoning.value_or(true);
  out.can.temperature = m.temperature.value_or(true);
  out.life.retired = m.retired;
  if (is_priced(m))
    out.pricing.rows.push_back(price_of(m, {}, today));
  return out;
}

/// Only what can be called is worth adding.
bool is_addable(const listed_model& m, wall_time today) {
  return is_called(m.kind.value_or(model_kind::chat)) && !(m.retired && *m.retired <= today);
}

std::string missing_for(const listed_model& m) {
  const bool chat = m.kind.value_or(model_kind::chat) == model_kind::chat;
  if (m.context.value_or(0) <= 0 || (chat && m.output_max.value_or(0) <= 0))
    return "the list does not say its context or its longest reply";
  return is_priced(m) ? std::string{} : "the list does not say its price";
}

} // namespace

difference compare(const std::vector<model_entry>& models, const std::vector<listed_model>& list,
                   wall_time today) {
  std::map<std::pair<std::string, std::string>, const model_entry*> known;
  std::set<std::string> providers;
  for (const model_entry& m : models) {
    providers.insert(m.provider.value);
    for (const std::string& alias : m.aliases)
      known.try_emplace({m.provider.value, alias}, &m);
  }
  for (const model_entry& m : models)
    known.insert_or_assign({m.provider.value, m.upstream_name}, &m);

  difference out;
  std::set<std::string> ids;
  for (const model_entry& m : models)
    ids.insert(m.id.value);
  std::set<const model_entry*> listed;
  for (const listed_model& m : list) {
    if (providers.count(m.provider) == 0)
      continue;
    const auto it = known.find({m.provider, m.name});
    const model_entry* before = it == known.end() ? nullptr : it->second;
    // An alias has its own line in most lists; only the model's own name speaks for it.
    if (before)
      listed.insert(before);
    if (before && before->upstream_name != m.name)
      continue;
    if (const std::string why = complaint_about(m); !why.empty()) {
      out.refused.push_back({m.name, why});
      continue;
    }
    if (!before) {
      if (!is_addable(m, today) || ids.count(m.name) != 0)
        continue;
      if (const std::string why = missing_for(m); !why.empty())
        out.refused.push_back({m.name, why});
      else
        out.added.push_back(entry_of(m, today));
      continue;
    }
    comparison compared{*before, m, today};
    changed_model change = compared.run();
    if (!compared.refused().empty())
      out.refused.push_back({m.name, compared.refused()});
    else if (!change.values.empty())
      out.changed.push_back(std::move(change));
  }
  std::set<std::string> spoken_of;
  for (const listed_model& m : list)
    spoken_of.insert(m.provider);
  for (const model_entry& m : models)
    if (listed.count(&m) == 0 && spoken_of.count(m.provider.value) != 0
        && stage_of(m.life, today) != life_stage::retired)
      out.removed.push_back(m.id);
  return out;
}

std::string to_text(const difference& news) {
  std::string out;
  const auto count = [](std::size_t n, const char* what) {
    return std::to_string(n) + " " + what;
  };
  for (const model_entry& m : news.added) {
    const money::price_row& p = m.pricing.rows.front().base;
    out += "+ " + m.id.value + " (" + m.provider.value + "): context "
           + std::to_string(m.context_max.value()) + ", input " + dollars(p.input) + ", output "
           + dollars(p.output) + "\n";
  }
  for (const changed_model& c : news.changed) {
    out += "~ " + c.now.id.value + "\n";
    for (const changed_value& v : c.values)
      out += "    " + v.what + "  " + v.before + " -> " + v.after + "\n";
  }
  for (const model_id& id : news.removed)
    out += "- " + id.value + ": not on the list\n";
  for (const refused_model& r : news.refused)
    out += "! " + r.name + ": refused, " + r.why + "\n";
  return out + count(news.added.size(), "added, ") + count(news.changed.size(), "changed, ")
         + count(news.removed.size(), "not on the list, ") + count(news.refused.size(), "refused\n");
}

} // namespace spillway::catalog_update
