#include "apps/spillway/keys_command.hpp"

#include "apps/spillway/config_choice.hpp"
#include "apps/spillway/text_table.hpp"
#include "config/values.hpp"
#include "core/money/calendar.hpp"
#include "runtime/system_wall_clock.hpp"
#include "storage/key_store.hpp"
#include "wire/access/key_json.hpp"
#include "wire/access/key_text.hpp"
#include "wire/timestamp.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <utility>

namespace spillway::apps {
namespace {

struct keys_options {
  std::string config_file;
  bool json = false;
  std::string which; ///< of a key: its id or name
  std::string name;
  std::vector<std::string> models;
  std::vector<std::string> tags;
  std::vector<std::string> budgets; ///< "day=5"
  std::string expires;
  std::int64_t requests_per_minute = 0; ///< 0: no limit, here and below
  std::int64_t tokens_per_minute = 0;
  std::int64_t concurrent_requests = 0;
  bool all = false;
};

wall_time now() {
  return runtime::system_wall_clock()(std::chrono::steady_clock::now());
}

result<std::unique_ptr<storage::key_store>> open_store(const keys_options& options) {
  const auto settings = read_config(options.config_file);
  if (!settings)
    return settings.failure();
  if (settings->journal.path.empty())
    return error{"virtual keys are kept beside the journal, and none is configured: set "
                 "`journal.path` (and name the file with --config)"};
  return storage::key_store::open(storage::key_store::path_beside(settings->journal.path));
}

// -- what people see ------------------------------------------------------------------------------

std::string joined(const std::vector<std::string>& items, const char* none) {
  std::string out;
  for (const std::string& item : items)
    out += (out.empty() ? "" : ", ") + printable(item);
  return out.empty() ? none : out;
}

std::string limits_text(const access::virtual_key& key) {
  std::vector<std::string> out;
  const auto add = [&](const std::optional<std::int64_t>& limit, const char* unit) {
    if (limit)
      out.push_back(with_commas(static_cast<std::uint64_t>(*limit)) + unit);
  };
  add(key.limits.requests_per_minute, " req/min");
  add(key.limits.tokens_per_minute, " tok/min");
  add(key.limits.concurrent_requests, " at once");
  return joined(out, "none");
}

std::string budgets_text(const access::virtual_key& key) {
  std::vector<std::string> out;
  for (const access::key_budget& b : key.budgets)
    out.push_back("$" + to_decimal_usd(b.limit) + "/" + to_string(b.per));
  return joined(out, "none");
}

std::string day_of(wall_time t) {
  return wire::to_rfc3339(t).substr(0, 10);
}

std::string state_text(const access::virtual_key& key, wall_time at) {
  if (key.revoked)
    return "revoked " + day_of(*key.revoked);
  if (!key.is_live(at))
    return "expired " + day_of(*key.expires);
  return key.expires ? "until " + day_of(*key.expires) : "live";
}

void print_table(const std::vector<access::virtual_key>& keys) {
  text_table table{
      {{"ID"}, {"NAME"}, {"STATE"}, {"LIMITS"}, {"BUDGETS"}, {"MODELS"}, {"TAGS"}}};
  const wall_time at = now();
  for (const access::virtual_key& key : keys)
    table.add({key.id, printable(key.name), state_text(key, at), limits_text(key),
               budgets_text(key), joined(key.targets, "all"), joined(key.tags, "none")});
  std::printf("%s", table.text().c_str());
}

/// The one time that a key's text is shown.
void print_new(const access::virtual_key& key, const secret& text, bool json) {
  if (json) {
    std::printf("%s\n", wire::encode_key(key, now(), text).c_str());
    return;
  }
  print_table({key});
  std::printf("\n%s\n\nKeep it now: it is stored nowhere and not shown again.\n",
              text.reveal().c_str());
}

// -- what people write ----------------------------------------------------------------------------

constexpr std::array budget_periods{money::period::day, money::period::week, money::period::month};

result<access::key_budget> read_budget(const std::string& text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  const auto per = std::ranges::find_if(budget_periods, [&](money::period p) {
    return text.substr(0, equals) == to_string(p);
  });
  nano_usd limit;
  if (per == budget_periods.end() || equals == text.size()
      || !parse_decimal_usd(text.substr(equals + 1), limit))
    return error{"--budget '" + text + "' must be such as day=5 or month=120.50 (dollars)"};
  return access::key_budget{*per, limit};
}

result<wall_time> read_expiry(const std::string& text) {
  if (const auto span = config::read_duration(text))
    return now() + *span;
  if (const auto moment = money::parse_moment(text, "UTC"))
    return *moment;
  return error{"--expires '" + text
               + "' must be a time from now (\"90d\", \"12h\") or a date (\"2027-01-31\")"};
}

result<access::virtual_key> wish_of(const keys_options& o) {
  access::virtual_key key;
  key.name = o.name;
  key.targets = o.models;
  key.tags = o.tags;
  key.created = now();
  const auto limit = [](std::int64_t given) {
    return given > 0 ? std::optional{given} : std::nullopt;
  };
  key.limits.requests_per_minute = limit(o.requests_per_minute);
  key.limits.tokens_per_minute = limit(o.tokens_per_minute);
  key.limits.concurrent_requests = limit(o.concurrent_requests);
  for (const std::string& text : o.budgets) {
    const auto budget = read_budget(text);
    if (!budget)
      return budget.failure();
    key.budgets.push_back(*budget);
  }
  if (!o.expires.empty()) {
    const auto expires = read_expiry(o.expires);
    if (!expires)
      return expires.failure();
    key.expires = *expires;
  }
  return key;
}

/// The id of the key that people call so: by its id, or by its name if it is not revoked.
result<std::string> id_of(storage::key_store& store, const std::string& which) {
  const auto keys = store.load();
  if (!keys)
    return keys.failure();
  for (const access::virtual_key& key : *keys)
    if (key.id == which || (key.name == which && !key.revoked))
      return key.id;
  return error{"there is no key `" + which + "`; `spillway keys list --all` shows all there are"};
}

// -- the commands ---------------------------------------------------------------------------------

result<void> run_create(const keys_options& options) {
  const auto store = open_store(options);
  if (!store)
    return store.failure();
  auto key = wish_of(options);
  if (!key)
    return key.failure();
  const auto minted = wire::mint_key();
  if (!minted)
    return minted.failure();
  key->id = minted->id;
  key->salt = minted->salt;
  key->digest = minted->digest;
  if (auto added = (*store)->add(*key, now()); !added)
    return added;
  print_new(*key, minted->text, options.json);
  return {};
}

result<void> run_list(const keys_options& options) {
  const auto store = open_store(options);
  if (!store)
    return store.failure();
  auto keys = (*store)->load();
  if (!keys)
    return keys.failure();
  if (options.json) {
    std::printf("%s\n", wire::encode_keys(*keys, now()).c_str());
    return {};
  }
  if (!options.all)
    std::erase_if(*keys, [](const access::virtual_key& key) { return key.revoked.has_value(); });
  if (keys->empty())
    std::printf("There are no keys. `spillway keys create NAME` makes one.\n");
  else
    print_table(*keys);
  return {};
}

result<void> run_rotate(const keys_options& options) {
  const auto store = open_store(options);
  if (!store)
    return store.failure();
  const auto id = id_of(**store, options.which);
  if (!id)
    return id.failure();
  const auto minted = wire::mint_key(*id);
  if (!minted)
    return minted.failure();
  const auto key = (*store)->rotate(*id, minted->salt, minted->digest, now());
  if (!key)
    return key.failure();
  print_new(*key, minted->text, options.json);
  return {};
}

result<void> run_revoke(const keys_options& options) {
  const auto store = open_store(options);
  if (!store)
    return store.failure();
  const auto id = id_of(**store, options.which);
  if (!id)
    return id.failure();
  const auto key = (*store)->revoke(*id, now());
  if (!key)
    return key.failure();
  if (options.json)
    std::printf("%s\n", wire::encode_key(*key, now()).c_str());
  else
    std::printf("Key `%s` (%s) is revoked. A running gateway knows within a second.\n",
                printable(key->name).c_str(), key->id.c_str());
  return {};
}

int ending_of(const result<void>& done) {
  if (done)
    return 0;
  std::fprintf(stderr, "spillway: %s\n", done.failure().message.c_str());
  return 1;
}

void add_wish(CLI::App& create, keys_options& o) {
  create.add_option("NAME", o.name, "Whose key it is: names its account in budgets and reports")
      ->required();
  create.add_option("--model", o.models,
                    "A model or route it may call; may be repeated (default: all)")
      ->allow_extra_args(false);
  create.add_option("--tag", o.tags, "Added to each of its calls; may be repeated")
      ->allow_extra_args(false);
  create.add_option("--budget", o.budgets,
                    "day=DOLLARS, week=DOLLARS or month=DOLLARS; may be repeated")
      ->allow_extra_args(false);
  create.add_option("--requests-per-minute", o.requests_per_minute,
                    "At most so many (default: no limit)")
      ->check(CLI::PositiveNumber);
  create.add_option("--tokens-per-minute", o.tokens_per_minute, "Likewise")
      ->check(CLI::PositiveNumber);
  create.add_option("--concurrent-requests", o.concurrent_requests, "Likewise, at once")
      ->check(CLI::PositiveNumber);
  create.add_option("--expires", o.expires,
                    "From now (90d), or a date (2027-01-31) (default: never)");
}

constexpr const char* notes =
    R"(A key of your own for each agent or team that calls the gateway, with budgets,
limits and models of its own. They are kept beside journal.path. A running
gateway knows of a change at once.

Examples:
  spillway keys create search-bot --budget day=5 --model default --expires 90d
  spillway keys list
  spillway keys rotate search-bot     # another text, the old one ends
  spillway keys revoke search-bot)";

} // namespace

void add_keys_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<keys_options>();
  CLI::App* command = app.add_subcommand("keys", "Keys that callers of the gateway send");
  command->group("Set up");
  command->footer(notes);
  command->require_subcommand(1);
  CLI::App* create = command->add_subcommand("create", "A new key; its text is shown this once");
  CLI::App* list = command->add_subcommand("list", "Keys, their limits and budgets");
  CLI::App* rotate = command->add_subcommand(
      "rotate", "Another text for a key, shown this once; the old one ends");
  CLI::App* revoke = command->add_subcommand("revoke", "End a key");
  add_wish(*create, *options);
  list->add_flag("--all", options->all, "Also those that are revoked");
  for (CLI::App* sub : {rotate, revoke})
    sub->add_option("KEY", options->which, "Its name or id")->required();
  for (CLI::App* sub : {create, list, rotate, revoke}) {
    add_config_option(*sub, options->config_file);
    sub->add_flag("--json", options->json, "For programs");
  }
  create->callback([options, &exit_code] { exit_code = ending_of(run_create(*options)); });
  list->callback([options, &exit_code] { exit_code = ending_of(run_list(*options)); });
  rotate->callback([options, &exit_code] { exit_code = ending_of(run_rotate(*options)); });
  revoke->callback([options, &exit_code] { exit_code = ending_of(run_revoke(*options)); });
}

} // namespace spillway::apps
