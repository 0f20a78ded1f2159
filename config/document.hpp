#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace spillway::config {

/// Where something stands: for messages only.
struct place {
  std::shared_ptr<const std::string> source; ///< the file's name
  std::uint32_t line = 0;                    ///< from 1; 0: the file as a whole
  std::uint32_t column = 0;                  ///< from 1, in characters
};

/// "spillway.toml:12:3", or "spillway.toml" for the file as a whole.
std::string to_string(const place& at);

struct member;
struct node;

/// Keys and their values, ascending by key.
struct table {
  std::vector<member> members;
};

struct array {
  std::vector<node> items;
};

/// A value of a kind that no key takes: a time of day, say.
struct unsupported {
  std::string kind;
};

/// A value of a configuration file and its place. Independent of the file's format.
struct node {
  std::variant<table, array, std::string, std::int64_t, double, bool, std::chrono::sys_days,
               unsupported>
      value;
  place at;

  /// Null if the value is of another kind.
  template <class T>
  const T* as() const noexcept {
    return std::get_if<T>(&value);
  }
};

struct member {
  std::string key;
  place key_at;
  node value;
};

/// "a table", "text", "an integer" ...: for messages.
std::string kind_of(const node& n);

/// Null if `n` is no table or has no such key.
const member* find_member(const node& n, std::string_view key);
const node* find(const node& n, std::string_view key);

/// Follows `path` through tables; null where it breaks.
const node* find(const node& n, std::initializer_list<std::string_view> path);

/// The members of `n`; none if it is absent or no table.
const std::vector<member>& members_of(const node* n);

/// The items of `n`; none if it is absent or no array.
const std::vector<node>& items_of(const node* n);

/// The text of `n`; empty if it is absent or no text.
std::string_view text_of(const node* n);

/// The texts among the items of `n`.
std::vector<std::string> texts_of(const node* n);

/// Lays `over` upon `base`: tables merge key by key, everything else is replaced.
void overlay(node& base, node over);

} // namespace spillway::config
