#include "core/access/virtual_key.hpp"

#include "core/bounds.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace spillway::access {
namespace {

error wrong(std::string_view what, std::string_view why) {
  return error{std::string{what} + " " + std::string{why}};
}

/// A text that can stand in a table and a ledger.
result<void> check_text(std::string_view what, std::string_view text) {
  if (text.empty())
    return wrong(what, "is empty");
  if (text.size() > bounds::key_name_bytes_max)
    return wrong(what, "is longer than " + std::to_string(bounds::key_name_bytes_max) + " bytes");
  const bool plain =
      std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
  return plain ? result<void>{} : wrong(what, "has control characters");
}

result<void> check_texts(std::string_view what, const std::vector<std::string>& texts) {
  if (texts.size() > bounds::key_items_max)
    return wrong(what, "occurs more than " + std::to_string(bounds::key_items_max) + " times");
  for (const std::string& text : texts)
    if (auto checked = check_text(what, text); !checked)
      return checked;
  return {};
}

/// A budget above that of a longer period never holds anybody back: one of the two is mistyped.
result<void> check_reachable(const std::vector<key_budget>& budgets) {
  for (const key_budget& shorter : budgets)
    for (const key_budget& longer : budgets)
      if (shorter.per < longer.per && shorter.limit > longer.limit)
        return wrong("the budget", std::string{"of a "} + to_string(shorter.per) + ", $"
                                       + to_decimal_usd(shorter.limit)
                                       + ", is more than that of a " + to_string(longer.per)
                                       + ", $" + to_decimal_usd(longer.limit));
  return {};
}

} // namespace

result<void> check_virtual_key(const virtual_key& key) {
  if (auto checked = check_text("the key's name", key.name); !checked)
    return checked;
  if (key.name.find('/') != std::string::npos)
    return wrong("the key's name", "has a \"/\", as only the keys of providers do");
  if (auto checked = check_texts("a model", key.targets); !checked)
    return checked;
  if (auto checked = check_texts("a tag", key.tags); !checked)
    return checked;
  std::set<money::period> periods;
  if (auto reachable = check_reachable(key.budgets); !reachable)
    return reachable;
  for (const key_budget& b : key.budgets) {
    if (b.per == money::period::total)
      return wrong("a budget", "is for a day, a week or a month");
    if (!periods.insert(b.per).second)
      return wrong("a budget", std::string{"for a "} + to_string(b.per) + " is there twice");
    if (b.limit < nano_usd{0} || b.limit > nano_usd{bounds::budget_nano_usd_max})
      return wrong("a budget", "is not between $0 and $1 billion");
  }
  for (const rate::dimension d : rate::all_dimensions)
    if (const auto limit = key.limits.of(d);
        limit && (*limit < 1 || *limit > bounds::token_count_max))
      return wrong(rate::to_string(d), "must be at least 1");
  return {};
}

std::vector<money::budget_rule> rules_of(const std::vector<virtual_key>& keys, wall_time now) {
  std::vector<money::budget_rule> out;
  for (const virtual_key& key : keys)
    if (key.is_live(now))
      for (const key_budget& b : key.budgets)
        out.push_back({"key", key.name, b.per, b.limit});
  return out;
}

} // namespace spillway::access
