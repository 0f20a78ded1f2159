#include "config/check.hpp"

#include "config/check_value.hpp"
#include "config/keys.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace spillway::config {

namespace {

constexpr std::string_view any_name = "*";
constexpr std::string_view any_item = "[]";

/// A spot in the grammar: the keys whose paths begin with the ones followed so far.
class grammar {
public:
  grammar() {
    for (const key_spec& spec : known_keys())
      branches_.push_back({&spec, spec.path});
  }

  /// The grammar below `step`; empty if there is none.
  grammar below(std::string_view step) const {
    grammar out{std::vector<branch>{}};
    for (const branch& b : branches_)
      if (head(b.rest) == step)
        out.branches_.push_back({b.spec, tail(b.rest)});
    return out;
  }

  bool empty() const noexcept { return branches_.empty(); }

  /// The key itself, where a value must follow; null elsewhere.
  const key_spec* leaf() const noexcept {
    return branches_.size() == 1 && branches_.front().rest.empty() ? branches_.front().spec
                                                                   : nullptr;
  }

  /// The keys that may follow, each once.
  std::vector<std::string_view> steps() const {
    std::vector<std::string_view> out;
    for (const branch& b : branches_)
      if (std::find(out.begin(), out.end(), head(b.rest)) == out.end())
        out.push_back(head(b.rest));
    return out;
  }

private:
  struct branch {
    const key_spec* spec;
    std::string_view rest; ///< of the path, from here
  };

  explicit grammar(std::vector<branch> branches) : branches_{std::move(branches)} {}

  static std::string_view head(std::string_view path) { return path.substr(0, path.find('.')); }
  static std::string_view tail(std::string_view path) {
    return path.substr(std::min(path.find('.'), path.size() - 1) + 1);
  }

  std::vector<branch> branches_;
};

bool is_secret_key(std::string_view key) {
  static constexpr std::array<std::string_view, 9> names{"api_key", "apikey",     "key",
                                                         "secret",  "secret_key", "public_key",
                                                         "api-key", "auth_token", "password"};
  return std::find(names.begin(), names.end(), key) != names.end();
}

constexpr std::string_view secrets_advice =
    "credentials are read from the environment alone: put the variable's name into `api_key_env` "
    "(for Langfuse: `public_key_env`, `secret_key_env`; for alert targets: `url_env`, "
    "`secret_env`, `routing_key_env`)";

class checker {
public:
  explicit checker(problem_list& problems) : problems_{problems} {}

  void check(const node& n, const grammar& here, const key_path& path) {
    if (const key_spec* spec = here.leaf())
      return check_leaf(n, *spec, path);
    if (const grammar items = here.below(any_item); !items.empty())
      return check_items(n, items, path);
    if (!n.as<table>())
      return problems_.add(n.at, path, "is " + kind_of(n) + "; allowed: a table");
    if (members_of(&n).size() > members_max)
      return problems_.add(n.at, path, "has more than " + std::to_string(members_max) + " entries");
    bool split = false;
    for (const member& m : members_of(&n)) {
      check_member(m, here, path);
      split |= splits_model_name(m, here, path);
    }
    if (!split)
      check_required(n, here, path);
  }

private:
  /// Ten times what all vendors together offer; keeps comparisons of all with all affordable.
  static constexpr std::size_t members_max = 4'096;

  void check_leaf(const node& n, const key_spec& spec, const key_path& path) {
    if (holds_secret(n))
      return problems_.add(n.at, path,
                           "holds what looks like a key; " + std::string{secrets_advice});
    if (const std::string what = complaint_about(n, spec); !what.empty())
      problems_.add(n.at, path, what);
  }

  static bool holds_secret(const node& n) {
    const auto& items = items_of(&n);
    return looks_like_secret(text_of(&n)) || std::any_of(items.begin(), items.end(), holds_secret);
  }

  void check_items(const node& n, const grammar& items, const key_path& path) {
    if (!n.as<array>())
      return problems_.add(n.at, path, "is " + kind_of(n) + "; allowed: a list of tables");
    std::size_t index = 0;
    for (const node& item : items_of(&n))
      check(item, items, path.item(index++));
  }

  void check_member(const member& m, const grammar& here, const key_path& path) {
    const grammar named = here.below(any_name);
    const grammar below = named.empty() ? here.below(m.key) : named;
    if (below.empty())
      return problems_.add(m.key_at, path / m.key, unknown_key(m, here, path));
    if (!named.empty() && !is_name(m.key))
      return problems_.add(m.key_at, path / m.key,
                           "is not a name; allowed: 1 to 128 characters, no blanks");
    check(m.value, below, path / m.key);
  }

  static bool is_name(std::string_view key) {
    constexpr std::size_t length_max = 128;
    return !key.empty() && key.size() <= length_max
           && std::none_of(key.begin(), key.end(), [](char c) {
                return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f;
              });
  }

  /// Whether `m` is what is left of a model's name with a dot and no quotes. The table above it is
  /// then no model, and what it lacks is not worth telling.
  static bool splits_model_name(const member& m, const grammar& here, const key_path& path) {
    return path.text().compare(0, 7, "models.") == 0 && m.value.as<table>()
           && here.below(m.key).empty() && here.below(any_name).empty();
  }

  std::string unknown_key(const member& m, const grammar& here, const key_path& path) const {
    if (is_secret_key(m.key))
      return std::string{secrets_advice};
    const auto known = here.steps();
    std::string out =
        "unknown key" + did_you_mean(problems_, m.key, known) + "; allowed: " + join(known);
    if (splits_model_name(m, here, path))
      out += "; a model's name with a dot needs quotes: [models.\"gpt-4.1\"]";
    return out;
  }

  void check_required(const node& n, const grammar& here, const key_path& path) {
    for (const std::string_view step : here.steps()) {
      const key_spec* spec = here.below(step).leaf();
      if (spec && spec->required && !find(n, step))
        problems_.add(n.at, path / step, "is missing");
    }
  }

  problem_list& problems_;
};

} // namespace

void check_keys(const node& root, problem_list& problems) {
  checker{problems}.check(root, grammar{}, key_path{});
}

} // namespace spillway::config
