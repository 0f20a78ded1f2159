#include "core/money/ledger.hpp"

#include "core/bounds.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace spillway::money {
namespace {

constexpr const char* global_scope = "global";

struct account {
  std::string name;
  nano_usd limit;
  nano_usd spent;
  nano_usd reserved;
  wall_time begins{};
  wall_time ends{};
  exhausted_policy on_exhausted = exhausted_policy::cheaper;
  std::uint64_t collected_at = 0; ///< the last collection that took this account
  std::size_t levels_reached = 0; ///< of those watched, in this period
  bool refused = false;           ///< a call, in this period

  nano_usd room() const { return limit - spent - reserved; }
  account_status status() const { return {name, limit, spent, reserved, begins, ends}; }
};

using account_ref = std::shared_ptr<account>;

struct reservation {
  nano_usd amount;
  std::vector<account_ref> accounts; ///< of the periods it started in
};

/// One rule and its accounts of the current period. Accounts of earlier periods live on in the
/// reservations that still hold them.
struct rule_book {
  budget_rule rule;
  period_span span;
  std::unordered_map<std::string, account_ref> accounts; ///< by scope value

  void roll_over(wall_time now, const std::string& zone);
  bool concerns(const scope_value& s) const;
  account_ref open(const std::string& scope_name);
};

void rule_book::roll_over(wall_time now, const std::string& zone) {
  if (now >= span.begin && now < span.end)
    return;
  span = period_at(rule.per, now, zone);
  accounts.clear();
}

bool rule_book::concerns(const scope_value& s) const {
  return s.scope == rule.scope && (rule.name.empty() || rule.name == s.name);
}

account_ref rule_book::open(const std::string& scope_name) {
  if (const auto it = accounts.find(scope_name); it != accounts.end())
    return it->second;
  if (accounts.size() >= bounds::budget_accounts_max)
    return nullptr;
  auto fresh = std::make_shared<account>();
  fresh->name = rule.scope + (scope_name.empty() ? "" : " " + scope_name);
  fresh->name += std::string{" "} + to_string(rule.per);
  if (rule.per != period::total)
    fresh->name += " " + span.label;
  fresh->limit = rule.limit;
  fresh->begins = span.begin;
  fresh->ends = span.end;
  fresh->on_exhausted = rule.on_exhausted;
  return accounts.emplace(scope_name, std::move(fresh)).first->second;
}

/// In hundredths of the limit rather than of the use: a hundred times a large use would not fit.
nano_usd share_of(nano_usd limit, int percent) {
  const std::int64_t whole = limit.value() / 100 * percent;
  return nano_usd{whole + limit.value() % 100 * percent / 100};
}

/// Why `accounts` have no room for `least`.
spend_decision refusal(const std::vector<account_ref>& accounts, nano_usd least) {
  spend_decision no{false, nano_usd{bounds::budget_nano_usd_max}, {}, wall_time::min()};
  no.held_up = true;
  for (const account_ref& a : accounts) {
    if (a->room() >= least)
      continue;
    if (no.account.empty() || a->room() < no.headroom) {
      no.headroom = a->room();
      no.account = a->name;
      no.limit = a->limit;
    }
    no.opens_at = std::max(no.opens_at, a->limit < least ? wall_time::max() : a->ends);
    no.on_exhausted = std::max(no.on_exhausted, a->on_exhausted);
    no.held_up = no.held_up && a->limit - a->spent >= least;
  }
  return no;
}

nano_usd least_room(const std::vector<account_ref>& accounts) {
  nano_usd least{bounds::budget_nano_usd_max};
  for (const account_ref& a : accounts)
    least = std::min(least, a->room());
  return least;
}

/// The answer to `r`, before anything is taken.
spend_decision judge(const std::vector<account_ref>& accounts, const spend_request& r) {
  const nano_usd room = least_room(accounts);
  // What is free passes an account that is overdrawn.
  if (r.most == nano_usd{0})
    return {true, room, {}, {}, r.most};
  const nano_usd least = std::max(r.least, nano_usd{1});
  if (room < least)
    return refusal(accounts, least);
  const nano_usd amount = std::min(room, r.most);
  return {true, room - amount, {}, {}, amount};
}

} // namespace

const char* to_string(exhausted_policy p) noexcept {
  switch (p) {
    case exhausted_policy::cheaper: return "cheaper";
    case exhausted_policy::wait: return "wait";
    case exhausted_policy::refuse: return "refuse";
  }
  return "?";
}

struct ledger::state {
  std::vector<rule_book> books;
  std::string zone;
  std::unordered_map<reservation_id, reservation> reservations;
  std::vector<int> levels; ///< percentages of a limit, ascending
  std::vector<level_crossing> crossings;
  std::uint64_t collections = 0;

  void note_levels(account& a);
  void note_refusal(account& a);
  void adopt(rule_book& book, budget_rule rule);
  void grant(reservation_id id, std::vector<account_ref> accounts, nano_usd amount);

  /// Every account that concerns `scopes`, each once. False if one more could not be opened.
  bool collect(const std::vector<scope_value>& scopes, wall_time now,
               std::vector<account_ref>& out);
};

void ledger::state::note_levels(account& a) {
  if (a.levels_reached == levels.size() || a.limit == nano_usd{0})
    return;
  const std::size_t before = a.levels_reached;
  while (a.levels_reached < levels.size()
         && a.spent + a.reserved >= share_of(a.limit, levels[a.levels_reached]))
    ++a.levels_reached;
  if (a.levels_reached > before)
    crossings.push_back({a.status(), levels[a.levels_reached - 1]});
}

void ledger::state::note_refusal(account& a) {
  if (a.refused || levels.empty() || a.limit == nano_usd{0})
    return;
  a.refused = true;
  crossings.push_back({a.status(), 0});
}

/// Another limit makes other levels: those that are reached are told again.
void ledger::state::adopt(rule_book& book, budget_rule rule) {
  book.rule = std::move(rule);
  for (const auto& entry : book.accounts) {
    account& a = *entry.second;
    a.on_exhausted = book.rule.on_exhausted;
    if (a.limit == book.rule.limit)
      continue;
    a.limit = book.rule.limit;
    a.levels_reached = 0;
    a.refused = false;
    note_levels(a);
  }
}

bool ledger::state::collect(const std::vector<scope_value>& scopes, wall_time now,
                            std::vector<account_ref>& out) {
  bool complete = true;
  ++collections;
  const auto add = [&](rule_book& book, const std::string& name) {
    account_ref a = book.open(name);
    if (!a)
      complete = false;
    else if (std::exchange(a->collected_at, collections) != collections)
      out.push_back(std::move(a));
  };
  for (rule_book& book : books) {
    book.roll_over(now, zone);
    if (book.rule.scope == global_scope)
      add(book, {});
    for (const scope_value& s : scopes)
      if (book.concerns(s))
        add(book, s.name);
  }
  return complete;
}

ledger::ledger(std::vector<budget_rule> rules, std::string zone)
    : state_{std::make_unique<state>()} {
  state_->zone = std::move(zone);
  for (budget_rule& rule : rules) {
    SPILLWAY_ASSERT(rule.limit >= nano_usd{0});
    state_->books.push_back({std::move(rule), {}, {}});
  }
}

ledger::~ledger() = default;
ledger::ledger(ledger&&) noexcept = default;
ledger& ledger::operator=(ledger&&) noexcept = default;

void ledger::state::grant(reservation_id id, std::vector<account_ref> accounts, nano_usd amount) {
  for (const account_ref& a : accounts) {
    a->reserved += amount;
    SPILLWAY_ASSERT(amount == nano_usd{0} || a->spent + a->reserved <= a->limit);
    note_levels(*a);
  }
  reservations.emplace(id, reservation{amount, std::move(accounts)});
}

spend_decision ledger::reserve(reservation_id id, const std::vector<scope_value>& scopes,
                               nano_usd amount, wall_time now) {
  return reserve({id, scopes, amount, amount}, now);
}

spend_decision ledger::reserve(const spend_request& r, wall_time now) {
  SPILLWAY_ASSERT(r.least >= nano_usd{0} && r.least <= r.most);
  SPILLWAY_ASSERT(state_->reservations.count(r.id) == 0);
  std::vector<account_ref> accounts;
  if (!state_->collect(r.scopes, now, accounts))
    return {false, {}, "too many accounts in one period", wall_time::max()};
  spend_decision decision = judge(accounts, r);
  if (decision.reserved)
    state_->grant(r.id, std::move(accounts), decision.amount);
  else
    for (const account_ref& a : accounts)
      if (a->room() < std::max(r.least, nano_usd{1}))
        state_->note_refusal(*a);
  return decision;
}

spend_decision ledger::check(const spend_request& r, wall_time now) const {
  std::vector<account_ref> accounts;
  if (!state_->collect(r.scopes, now, accounts))
    return {false, {}, "too many accounts in one period", wall_time::max()};
  return judge(accounts, r);
}

std::optional<nano_usd> ledger::settle(reservation_id id, nano_usd actual) {
  const auto held = state_->reservations.extract(id);
  if (!held)
    return std::nullopt;
  const reservation& r = held.mapped();
  for (const account_ref& a : r.accounts) {
    a->reserved -= r.amount;
    a->spent += actual;
    state_->note_levels(*a);
  }
  return std::max(actual - r.amount, nano_usd{0});
}

bool ledger::release(reservation_id id) {
  const auto held = state_->reservations.extract(id);
  if (!held)
    return false;
  for (const account_ref& a : held.mapped().accounts)
    a->reserved -= held.mapped().amount;
  return true;
}

std::optional<nano_usd> ledger::forfeit(reservation_id id) {
  const auto held = state_->reservations.find(id);
  if (held == state_->reservations.end())
    return std::nullopt;
  const nano_usd amount = held->second.amount;
  settle(id, amount);
  return amount;
}

void ledger::restore(const std::vector<restored_posting>& postings, wall_time now) {
  for (const restored_posting& p : postings) {
    reservation r{p.amount, {}};
    state_->collect(p.scopes, now, r.accounts);
    std::erase_if(r.accounts, [&](const account_ref& a) { return p.at < a->begins; });
    for (const account_ref& a : r.accounts)
      (p.settled ? a->spent : a->reserved) += p.amount;
    if (!p.settled)
      state_->reservations.emplace(p.id, std::move(r));
  }
}

std::vector<budget_rule> ledger::replace_rules(std::vector<budget_rule> rules) {
  std::vector<rule_book> before = std::exchange(state_->books, {});
  std::vector<budget_rule> fresh;
  for (budget_rule& rule : rules) {
    SPILLWAY_ASSERT(rule.limit >= nano_usd{0});
    const auto same = std::ranges::find_if(before, [&](const rule_book& book) {
      return book.rule.scope == rule.scope && book.rule.name == rule.name
             && book.rule.per == rule.per;
    });
    if (same == before.end()) {
      fresh.push_back(rule);
      state_->books.push_back({std::move(rule), {}, {}});
      continue;
    }
    state_->adopt(*same, std::move(rule));
    state_->books.push_back(std::move(*same));
    before.erase(same);
  }
  return fresh;
}

void ledger::add_spent(const budget_rule& rule, const std::string& name, nano_usd spent,
                       wall_time now) {
  const auto book = std::ranges::find(state_->books, rule, &rule_book::rule);
  SPILLWAY_ASSERT(book != state_->books.end());
  book->roll_over(now, state_->zone);
  if (const account_ref a = book->open(name)) {
    a->spent += spent;
    state_->note_levels(*a);
  }
}

std::vector<account_status> ledger::status(wall_time now) {
  std::vector<account_ref> global;
  state_->collect({}, now, global);
  std::vector<account_status> out;
  for (const rule_book& book : state_->books)
    for (const auto& entry : book.accounts)
      out.push_back(entry.second->status());
  return out;
}

std::vector<account_status> ledger::concerning(const std::vector<scope_value>& scopes,
                                               wall_time now) const {
  std::vector<account_ref> accounts;
  state_->collect(scopes, now, accounts);
  std::vector<account_status> out;
  for (const account_ref& a : accounts)
    out.push_back(a->status());
  return out;
}

void ledger::watch_levels(std::vector<int> percents) {
  SPILLWAY_ASSERT(std::ranges::is_sorted(percents));
  state_->levels = std::move(percents);
  for (const rule_book& book : state_->books)
    for (const auto& entry : book.accounts)
      state_->note_levels(*entry.second);
}

std::vector<level_crossing> ledger::take_crossings() {
  return std::exchange(state_->crossings, {});
}

std::optional<nano_usd> ledger::headroom(const std::vector<scope_value>& scopes,
                                         wall_time now) const {
  std::vector<account_ref> accounts;
  state_->collect(scopes, now, accounts);
  std::optional<nano_usd> least;
  for (const account_ref& a : accounts)
    least = least ? std::min(*least, a->room()) : a->room();
  return least;
}

std::size_t ledger::open_reservations() const noexcept {
  return state_->reservations.size();
}

} // namespace spillway::money
