#include "wire/json_reader.hpp"

#include "core/bounds.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace spillway::wire {
namespace {

using nlohmann::json;

std::string shown(std::string_view path) {
  return path.empty() ? "the document" : std::string{path};
}

bool says_nothing(const json& value) {
  return value.is_null() || (value.is_structured() && value.empty());
}

/// Appends a member's name, or an index in its brackets.
void append_step(std::string& path, std::string_view step) {
  if (!path.empty() && !step.starts_with('['))
    path += '.';
  path += step;
}

std::string index_step(std::size_t index) {
  return '[' + std::to_string(index) + ']';
}

/// Appends the steps from `from` to `to`, the last one first. False if it is not within.
bool find_way(const json& from, const json& to, std::vector<std::string>& reversed) {
  if (&from == &to)
    return true;
  std::size_t index = 0;
  for (auto it = from.begin(); from.is_structured() && it != from.end(); ++it, ++index) {
    if (find_way(*it, to, reversed)) {
      reversed.push_back(from.is_object() ? it.key() : index_step(index));
      return true;
    }
  }
  return false;
}

} // namespace

void json_fault::report(const std::string& path, const std::string& what) {
  if (!first_)
    first_ = error{shown(path) + " " + what};
}

std::vector<std::string> json_fault::unread(const json& document) {
  tracks_ = false;
  is_settled_ = true;
  read_whole_.insert(read_whole_.end(), taken_.begin(), taken_.end());
  read_.insert(read_.end(), taken_.begin(), taken_.end());
  taken_.clear();
  std::ranges::sort(read_);
  std::ranges::sort(read_whole_);
  unread_bytes_ = 0;
  std::vector<std::string> out;
  add_unread(document, {}, out);
  return out;
}

bool json_fault::is_read(const json& value) const {
  return std::ranges::binary_search(read_, &value);
}

bool json_fault::is_read_whole(const json& value) const {
  return std::ranges::binary_search(read_whole_, &value);
}

json json_fault::take_unread(const json& object) {
  json out = json::object();
  if (is_settled_ && !is_read_whole(object))
    move_unread(object, {}, out);
  return out;
}

void json_fault::move_unread(const json& object, const std::string& path, json& out) {
  for (const auto& [name, member] : object.items()) {
    if (name.find('.') != std::string::npos)
      continue;
    const std::string place = path.empty() ? name : path + '.' + name;
    const bool was_read = is_read(member);
    if (was_read && member.is_object() && !is_read_whole(member))
      move_unread(member, place, out);
    if (was_read || says_nothing(member))
      continue;
    out[place] = member;
    taken_.push_back(&member);
  }
}

void json_fault::add_unread(const json& value, const std::string& path,
                            std::vector<std::string>& out) {
  if (is_read_whole(value))
    return;
  if (value.is_array()) {
    for (const json& element : value)
      add_unread(element, path, out);
    return;
  }
  if (!value.is_object())
    return;
  for (const auto& [name, member] : value.items()) {
    if (unread_bytes_ > bounds::left_out_bytes_max)
      return;
    const std::string place = path.empty() ? name : path + '.' + name;
    if (is_read(member))
      add_unread(member, place, out);
    else if (!says_nothing(member) && std::ranges::find(out, place) == out.end()) {
      unread_bytes_ += place.size();
      out.push_back(place);
    }
  }
}

json_node::json_node(const json& root, json_fault& fault)
    : root_{&root}, value_{root.is_null() ? nullptr : &root}, within_{&root}, fault_{&fault} {
}

json_node json_node::at(const json& value) const {
  json_node node{*root_, *fault_};
  node.value_ = node.within_ = &value;
  return node;
}

json_node json_node::missing(std::string_view step) const {
  json_node node{*root_, *fault_};
  node.value_ = nullptr;
  node.within_ = within_;
  node.rest_ = rest_;
  append_step(node.rest_, step);
  return node;
}

std::string json_node::path() const {
  std::vector<std::string> reversed;
  find_way(*root_, *within_, reversed);
  std::string path;
  for (auto step = reversed.rbegin(); step != reversed.rend(); ++step)
    append_step(path, *step);
  if (!rest_.empty())
    append_step(path, rest_);
  return path;
}

void json_node::reject(const std::string& what) const {
  if (!fault_->found())
    fault_->report(path(), what);
}

void json_node::expected(const char* type) const {
  reject(std::string{present() ? "must be " : "is missing; expected "} + type);
}

json_node json_node::operator[](std::string_view key) const {
  if (present() && !is_object())
    expected("an object");
  if (!is_object())
    return missing(key);
  const auto it = value_->find(key);
  if (it == value_->end() || it->is_null())
    return missing(key);
  fault_->note_read(*it);
  return at(*it);
}

json_node json_node::operator[](std::size_t index) const {
  const bool there = index < size() && !(*value_)[index].is_null();
  return there ? at((*value_)[index]) : missing(index_step(index));
}

std::vector<std::string> json_node::names() const {
  std::vector<std::string> names;
  if (is_object())
    for (const auto& [name, value] : value_->items())
      if (!value.is_null())
        names.push_back(name);
  if (present() && !is_object())
    expected("an object");
  return names;
}

std::size_t json_node::size() const {
  if (!present())
    return 0;
  if (value_->is_array())
    return value_->size();
  expected("an array");
  return 0;
}

std::string json_node::text() const {
  if (is_string())
    return value_->get<std::string>();
  expected("a string");
  return {};
}

std::string json_node::text_or(std::string fallback) const {
  return present() ? text() : fallback;
}

std::optional<std::int64_t> json_node::integer() const {
  constexpr double exact_max = 9'007'199'254'740'992.0; // 2^53: beyond it a double skips integers
  if (!present())
    return std::nullopt;
  if (value_->is_number_unsigned() && value_->get<std::uint64_t>() > INT64_MAX) {
    expected("a smaller number");
    return std::nullopt;
  }
  if (value_->is_number_integer())
    return value_->get<std::int64_t>();
  if (value_->is_number_float()) {
    const double number = value_->get<double>();
    if (std::abs(number) <= exact_max && std::trunc(number) == number)
      return static_cast<std::int64_t>(number);
  }
  expected("a whole number");
  return std::nullopt;
}

std::optional<double> json_node::number() const {
  if (!present())
    return std::nullopt;
  if (value_->is_number())
    return value_->get<double>();
  expected("a number");
  return std::nullopt;
}

std::optional<bool> json_node::boolean() const {
  if (!present())
    return std::nullopt;
  if (value_->is_boolean())
    return value_->get<bool>();
  expected("true or false");
  return std::nullopt;
}

std::string json_node::object_text() const {
  if (!present())
    return {};
  if (is_object())
    return any_text();
  expected("an object");
  return {};
}

std::string json_node::any_text() const {
  pass_over();
  return present() ? dump_json(*value_) : std::string{};
}

json json_node::value() const {
  pass_over();
  return present() ? *value_ : json();
}

json json_node::take_unread() const {
  return is_object() ? fault_->take_unread(*value_) : json::object();
}

void json_node::pass_over() const {
  if (present())
    fault_->note_read_whole(*value_);
}

} // namespace spillway::wire
