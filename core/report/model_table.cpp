#include "core/report/model_table.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace spillway::report {
namespace {

constexpr std::size_t name_width = 26;

std::string format(const char* pattern, double value) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), pattern, value);
  return text.data();
}

std::string trimmed(std::string text) {
  if (text.find('.') == std::string::npos)
    return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.'))
    text.pop_back();
  return text;
}

/// Three digits of `value` and its unit: 16.4k, 128k, 1.05M.
std::string three_digits(double value, const char* unit) {
  return trimmed(format(value >= 99.95 ? "%.0f" : value >= 9.995 ? "%.1f" : "%.2f", value)) + unit;
}

std::string day_text(wall_time t) {
  const std::chrono::year_month_day d{std::chrono::floor<std::chrono::days>(t)};
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(d.year()),
                static_cast<unsigned>(d.month()), static_cast<unsigned>(d.day()));
  return text.data();
}

const money::price_row* price_at(const model_entry& m, wall_time now) {
  const money::price_row* found = nullptr;
  for (const money::dated_price& p : m.pricing.rows)
    if (p.from <= now)
      found = &p.base;
  return found;
}

std::string limit(const std::optional<std::int64_t>& value) {
  return value ? short_count(*value) : "-";
}

std::string size(token_count tokens) {
  return tokens > token_count{} ? short_count(tokens.value()) : "-";
}

std::string abilities(const model_entry& m) {
  const capabilities& can = m.can;
  if (can.kind != model_kind::chat)
    return std::string{to_string(can.kind)}.substr(0, 6);
  const auto takes = [&](modality kind) { return std::ranges::count(can.input, kind) != 0; };
  std::string out;
  out += can.tools ? 't' : '-';
  out += can.json_schema ? 'j' : '-';
  out += can.reasoning ? 'r' : '-';
  out += takes(modality::image) ? 'i' : '-';
  out += takes(modality::audio) ? 'a' : '-';
  out += takes(modality::file) ? 'f' : '-';
  return out;
}

std::string status(const model_entry& m, wall_time now) {
  switch (stage_of(m.life, now)) {
    case life_stage::retired: return "gone " + day_text(*m.life.retired);
    case life_stage::deprecated:
      return m.life.retired ? "ends " + day_text(*m.life.retired) : "deprecated";
    case life_stage::preview: return "preview";
    case life_stage::active: break;
  }
  const bool responses_only =
      !m.can.endpoints.empty() && std::ranges::count(m.can.endpoints, endpoint::chat) == 0;
  return responses_only ? "responses only" : "";
}

void append(std::string& out, const std::string& text, std::size_t width, bool right) {
  const std::string gap(width > text.size() ? width - text.size() : 0, ' ');
  out += right ? gap + text : text + gap;
  out += ' ';
}

using columns = std::array<std::string, 11>;

void add_line(std::string& out, const columns& c) {
  constexpr std::array<std::size_t, 11> widths = {name_width, 5, 5, 6, 6, 6, 5, 5, 4, 6, 0};
  std::string line;
  for (std::size_t i = 0; i < c.size(); ++i)
    append(line, c[i], widths[i], i > 0 && i < 9);
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + "\n";
}

void add_model(std::string& out, const model_entry& m, wall_time now) {
  const money::price_row* price = price_at(m, now);
  const auto tokens = m.limits.tokens_per_minute ? m.limits.tokens_per_minute
                                                 : m.limits.input_tokens_per_minute;
  add_line(out, {m.id.value, size(m.context_max), size(m.output_max),
                 price ? short_price(price->input) : "?",
                 price && price->cached_input != price->input ? short_price(price->cached_input)
                                                              : "-",
                 price ? short_price(price->output) : "?", limit(m.limits.requests_per_minute),
                 limit(tokens), limit(m.limits.requests_per_day), abilities(m), status(m, now)});
}

} // namespace

std::string short_count(std::int64_t count) {
  if (count < 10'000)
    return std::to_string(count);
  const auto value = static_cast<double>(count);
  if (value < 999'500)
    return three_digits(value / 1e3, "k");
  if (value < 999'500'000)
    return three_digits(value / 1e6, "M");
  return three_digits(value / 1e9, "G");
}

std::string short_price(std::int64_t nano_usd_per_mtok) {
  if (nano_usd_per_mtok == 0)
    return "free";
  const double usd = static_cast<double>(nano_usd_per_mtok) / 1e9;
  if (usd >= 100)
    return "$" + trimmed(format("%.1f", usd));
  if (nano_usd_per_mtok % 10'000'000 == 0)
    return "$" + format("%.2f", usd);
  if (usd >= 0.01)
    return "$" + trimmed(format("%.4f", usd));
  return "$" + trimmed(format("%.4f", usd)).substr(1);
}

std::string model_table(const std::vector<provider_models>& providers, wall_time now) {
  std::string out;
  for (const provider_models& p : providers) {
    out += (out.empty() ? "" : "\n") + p.provider;
    if (!p.tier.empty())
      out += ", " + p.tier;
    out += "\n";
    add_line(out, {"MODEL", "CTX", "REPLY", "$ IN", "$CACHE", "$ OUT", "RPM", "TPM", "RPD", "CAN",
                   "STATUS"});
    for (const model_entry* m : p.models)
      add_model(out, *m, now);
  }
  if (!out.empty())
    out += "\nPrices of " + day_text(now)
           + " in dollars per million tokens. CAN: t tools, j JSON schema, r reasoning;\n"
             "takes i images, a audio, f files. Limits are the tier's; - is none that is known.\n";
  return out;
}

} // namespace spillway::report
