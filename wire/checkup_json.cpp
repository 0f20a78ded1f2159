#include "wire/checkup_json.hpp"

#include "wire/json_document.hpp"

namespace spillway::wire {
namespace {

using json = nlohmann::ordered_json;

std::string text_of(const json& value) {
  return dump_in_order(value);
}

} // namespace

std::string encode_checkup(const std::vector<report::checkup_item>& items) {
  json checks = json::array();
  for (const report::checkup_item& i : items)
    checks.push_back({{"what", i.what},
                      {"result", to_string(i.result)},
                      {"detail", i.detail},
                      {"advice", i.advice}});
  return text_of({{"healthy", report::is_healthy(items)}, {"checks", std::move(checks)}});
}

std::string encode_config_check(const std::vector<std::string>& problems,
                                const std::vector<std::string>& warnings) {
  return text_of({{"valid", problems.empty()}, {"problems", problems}, {"warnings", warnings}});
}

} // namespace spillway::wire
