#include "wire/prometheus.hpp"

namespace spillway::wire {
namespace {

void append_escaped(std::string& to, std::string_view text) {
  for (const char c : text)
    switch (c) {
      case '\\': to += "\\\\"; break;
      case '"': to += "\\\""; break;
      case '\n': to += "\\n"; break;
      default: to += c;
    }
}

} // namespace

void prometheus_text::family(std::string_view name, kind k, std::string_view help) {
  name_ = name;
  text_.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ");
  text_.append(name).append(k == kind::counter ? " counter\n" : " gauge\n");
}

void prometheus_text::sample(const labels& of, std::string_view value) {
  text_ += name_;
  char before = '{';
  for (const auto& [label, content] : of) {
    text_ += std::exchange(before, ',');
    text_.append(label).append("=\"");
    append_escaped(text_, content);
    text_ += '"';
  }
  if (!of.empty())
    text_ += '}';
  text_.append(" ").append(value).append("\n");
}

} // namespace spillway::wire
