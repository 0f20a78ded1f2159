#pragma once

#include "core/report/generation.hpp"
#include "wire/json_reader.hpp"
#include "wire/langfuse/otlp.hpp"

/// Internal to the sources of `wire/langfuse`: the attributes of one span.
namespace spillway::wire::langfuse {

/// OpenTelemetry's list of {key, value}.
class attribute_list {
public:
  void add(const std::string& key, const std::string& value);
  /// Unless the value is empty.
  void add_if_set(const std::string& key, const std::string& value);
  void add_all(const std::string& key, const std::vector<std::string>& values);
  nlohmann::json take() { return std::move(list_); }

private:
  nlohmann::json list_ = nlohmann::json::array();
};

nlohmann::json generation_attributes(const report::generation& g, const trace_resource& resource);

/// What went wrong, for people; empty if nothing did.
std::string status_message(const report::generation& g);

} // namespace spillway::wire::langfuse
