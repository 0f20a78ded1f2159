#include "apps/spillway/token_table.hpp"

#include <algorithm>
#include <cstdio>
#include <string>

namespace spillway::apps {
namespace {

// 1234567 as 1,234,567.
std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

// Places that say something of the cheapest price that is not nothing: for $0.0000125 it is seven.
int price_digits(const report::token_report& r) {
  for (const report::model_share& m : r.models) {
    if (!m.cost || m.cost->value() <= 0)
      continue;
    int digits = 4;
    for (std::int64_t at_least = nano_usd_per_usd / 100; digits < 9 && m.cost->value() < at_least;
         at_least /= 10)
      ++digits;
    return digits;
  }
  return 4;
}

std::string context_text(const report::model_share& m) {
  if (m.model->context_max == token_count{})
    return "?";
  if (!m.fits)
    return "too long";
  const std::int64_t context = m.model->context_max.value();
  const std::int64_t tenths = (m.tokens.value() * 1000 + context - 1) / context;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + "%";
}

void print_files(const report::token_report& r) {
  const auto row = [](const std::string& tokens, const std::string& bytes,
                      const std::string& name) {
    std::printf("%14s %14s  %s\n", tokens.c_str(), bytes.c_str(), name.c_str());
  };
  row("TOKENS", "BYTES", "FILE");
  for (const report::text_size& t : r.files)
    row(grouped(t.tokens), grouped(t.bytes), t.name);
  if (r.files.size() > 1)
    row(grouped(r.total.tokens), grouped(r.total.bytes), "total");
  std::printf("\nCounted in %.*s%s.\n", static_cast<int>(r.counted_by.size()), r.counted_by.data(),
              r.exact ? "" : ", whose tokenizer is not public: an estimate");
}

void print_share(const report::model_share& m, int digits) {
  std::printf("%-26s %-16.*s %s%13s %11s %13s\n", m.model->id.value.c_str(),
              static_cast<int>(m.counted_by->name.size()), m.counted_by->name.data(),
              m.counted_by->exact ? " " : "~", grouped(m.tokens.value()).c_str(),
              context_text(m).c_str(),
              m.cost ? to_display_usd(*m.cost, digits).c_str() : "unknown");
}

} // namespace

void print_token_table(const report::token_report& r) {
  print_files(r);
  if (r.models.empty())
    return;
  std::printf("\nAll of it as the input of one call:\n%-26s %-16s  %13s %11s %13s\n", "MODEL",
              "TOKENIZER", "TOKENS", "OF CONTEXT", "PRICE");
  const tokens::tokenizer* loosest = nullptr;
  const int digits = price_digits(r);
  for (const report::model_share& m : r.models) {
    print_share(m, digits);
    if (!m.counted_by->exact
        && (loosest == nullptr || loosest->error_p90 < m.counted_by->error_p90))
      loosest = m.counted_by;
  }
  if (loosest != nullptr)
    std::printf("\n~ estimated: nine texts of ten come within %.0f%% of it.\n",
                loosest->error_p90 * 100);
}

} // namespace spillway::apps
