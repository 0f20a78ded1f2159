#include "wire/json_reader.hpp"

#include <cmath>
#include <utility>

namespace spillway::wire {
namespace {

std::string shown(std::string_view path) {
  return path.empty() ? "the document" : std::string{path};
}

} // namespace

void json_fault::report(const std::string& path, const std::string& what) {
  if (!first_)
    first_ = error{shown(path) + " " + what};
}

json_node::json_node(const nlohmann::json& value, json_fault& fault)
    : json_node{value.is_null() ? nullptr : &value, &fault, {}} {
}

json_node::json_node(const nlohmann::json* value, json_fault* fault, std::string path)
    : value_{value}, fault_{fault}, path_{std::move(path)} {
}

void json_node::expected(const char* type) const {
  reject(std::string{present() ? "must be " : "is missing; expected "} + type);
}

json_node json_node::operator[](std::string_view key) const {
  std::string path = path_.empty() ? std::string{key} : path_ + '.' + std::string{key};
  if (!present())
    return {nullptr, fault_, std::move(path)};
  if (!value_->is_object()) {
    expected("an object");
    return {nullptr, fault_, std::move(path)};
  }
  const auto it = value_->find(key);
  const bool there = it != value_->end() && !it->is_null();
  return {there ? &*it : nullptr, fault_, std::move(path)};
}

json_node json_node::operator[](std::size_t index) const {
  const bool there = index < size() && !(*value_)[index].is_null();
  return {there ? &(*value_)[index] : nullptr, fault_, path_ + '[' + std::to_string(index) + ']'};
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
    return dump_json(*value_);
  expected("an object");
  return {};
}

std::string json_node::any_text() const {
  return present() ? dump_json(*value_) : std::string{};
}

} // namespace spillway::wire
