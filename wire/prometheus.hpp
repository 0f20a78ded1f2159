#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spillway::wire {

/// Prometheus' text of some metrics, written from top to bottom: a family, then its samples.
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats/ (2026-10).
class prometheus_text {
public:
  using labels = std::vector<std::pair<std::string_view, std::string_view>>;
  enum class kind { counter, gauge, histogram };

  static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

  /// `name` is [a-z_]; counters end in `_total`. A histogram has samples of three parts,
  /// "_bucket" with a label `le`, "_sum" and "_count".
  void family(std::string_view name, kind k, std::string_view help);
  /// One sample of the family; `value` is a decimal number.
  void sample(const labels& of, std::string_view value, std::string_view part = {});

  std::string take() { return std::move(text_); }

private:
  std::string text_;
  std::string name_;
};

} // namespace spillway::wire
