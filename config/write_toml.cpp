#include "config/write_toml.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace spillway::config {

namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out.append("\\").append(1, c);
    else if (code < 0x20 || code == 0x7f) {
      std::array<char, 8> escaped{};
      std::snprintf(escaped.data(), escaped.size(), "\\u%04X", code);
      out += escaped.data();
    } else
      out += c;
  }
  return out + "\"";
}

/// The shortest text that reads back as the same number, with a point or an exponent in it.
std::string number(double value) {
  std::array<char, 40> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  std::string out{text.data(), end};
  if (out.find_first_of(".en") == std::string::npos)
    out += ".0";
  return out;
}

std::string date(std::chrono::sys_days day) {
  const std::chrono::year_month_day d{day};
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(d.year()),
                static_cast<unsigned>(d.month()), static_cast<unsigned>(d.day()));
  return text.data();
}

std::string key(std::string_view name) {
  constexpr std::string_view bare =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  const bool is_bare = !name.empty() && name.find_first_not_of(bare) == std::string_view::npos;
  return is_bare ? std::string{name} : quoted(name);
}

std::string value(const node& n);

std::string inline_table(const node& n) {
  std::string out;
  for (const member& m : members_of(&n))
    out.append(out.empty() ? "{ " : ", ").append(key(m.key)).append(" = ").append(value(m.value));
  return out.empty() ? "{}" : out + " }";
}

/// Tables go on lines of their own, so that a list of prices can be read and compared.
std::string list(const node& n) {
  std::string out = "[";
  const auto& items = items_of(&n);
  bool tables = false;
  for (std::size_t i = 0; i < items.size(); ++i) {
    tables |= items[i].as<table>() != nullptr;
    out.append(tables ? "\n  " : i > 0 ? ", " : "").append(value(items[i]));
    if (tables)
      out += ",";
  }
  return out + (tables ? "\n]" : "]");
}

std::string value(const node& n) {
  if (n.as<table>())
    return inline_table(n);
  if (n.as<array>())
    return list(n);
  if (const auto* text = n.as<std::string>())
    return quoted(*text);
  if (const auto* whole = n.as<std::int64_t>())
    return std::to_string(*whole);
  if (const auto* real = n.as<double>())
    return number(*real);
  if (const auto* truth = n.as<bool>())
    return *truth ? "true" : "false";
  return date(*n.as<std::chrono::sys_days>());
}

void write_section(const std::string& path, const node& n, std::string& out) {
  out.append(out.empty() ? "[" : "\n[").append(path).append("]\n");
  for (const member& m : members_of(&n))
    out.append(key(m.key)).append(" = ").append(value(m.value)).append("\n");
}

} // namespace

std::string write_toml(const node& root) {
  std::string out;
  for (const member& m : members_of(&root))
    if (!m.value.as<table>())
      out.append(key(m.key)).append(" = ").append(value(m.value)).append("\n");
  for (const member& section : members_of(&root)) {
    if (!section.value.as<table>())
      continue;
    for (const member& m : members_of(&section.value))
      if (m.value.as<table>())
        write_section(key(section.key) + "." + key(m.key), m.value, out);
  }
  return out;
}

} // namespace spillway::config
