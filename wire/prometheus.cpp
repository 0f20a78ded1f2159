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

const char* text_of(prometheus_text::kind k) {
  switch (k) {
    case prometheus_text::kind::counter: return "counter";
    case prometheus_text::kind::gauge: return "gauge";
    case prometheus_text::kind::histogram: return "histogram";
  }
  return "untyped";
}

} // namespace

void prometheus_text::family(std::string_view name, kind k, std::string_view help) {
  name_ = name;
  text_.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ");
  text_.append(name).append(" ").append(text_of(k)).append("\n");
}

void prometheus_text::sample(const labels& of, std::string_view value, std::string_view part) {
  text_.append(name_).append(part);
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
