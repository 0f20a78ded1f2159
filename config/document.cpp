#include "config/document.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace spillway::config {

namespace {

bool key_less(const member& m, std::string_view key) {
  return m.key < key;
}

} // namespace

std::string to_string(const place& at) {
  std::string out = at.source ? *at.source : "configuration";
  if (at.line > 0)
    out.append(":").append(std::to_string(at.line)).append(":").append(std::to_string(at.column));
  return out;
}

std::string kind_of(const node& n) {
  if (const auto* other = n.as<unsupported>())
    return other->kind;
  static constexpr std::array names{"a table",  "a list",        "text",  "an integer",
                                    "a number", "a truth value", "a date"};
  return names[n.value.index()];
}

const member* find_member(const node& n, std::string_view key) {
  const auto& all = members_of(&n);
  const auto it = std::lower_bound(all.begin(), all.end(), key, key_less);
  return it != all.end() && it->key == key ? &*it : nullptr;
}

const node* find(const node& n, std::string_view key) {
  const member* m = find_member(n, key);
  return m ? &m->value : nullptr;
}

const node* find(const node& n, std::initializer_list<std::string_view> path) {
  const node* at = &n;
  for (const std::string_view key : path) {
    at = find(*at, key);
    if (!at)
      return nullptr;
  }
  return at;
}

const std::vector<member>& members_of(const node* n) {
  static const std::vector<member> none;
  const auto* t = n ? n->as<table>() : nullptr;
  return t ? t->members : none;
}

const std::vector<node>& items_of(const node* n) {
  static const std::vector<node> none;
  const auto* a = n ? n->as<array>() : nullptr;
  return a ? a->items : none;
}

std::string_view text_of(const node* n) {
  const auto* text = n ? n->as<std::string>() : nullptr;
  return text ? std::string_view{*text} : std::string_view{};
}

std::vector<std::string> texts_of(const node* n) {
  std::vector<std::string> out;
  for (const node& item : items_of(n))
    if (const auto* text = item.as<std::string>())
      out.push_back(*text);
  return out;
}

void overlay(node& base, node over) {
  auto* below = std::get_if<table>(&base.value);
  auto* above = std::get_if<table>(&over.value);
  if (!below || !above) {
    base = std::move(over);
    return;
  }
  base.at = over.at;
  for (member& m : above->members) {
    const auto it = std::lower_bound(below->members.begin(), below->members.end(), m.key, key_less);
    if (it == below->members.end() || it->key != m.key) {
      below->members.insert(it, std::move(m));
    } else {
      it->key_at = m.key_at;
      overlay(it->value, std::move(m.value));
    }
  }
}

} // namespace spillway::config
