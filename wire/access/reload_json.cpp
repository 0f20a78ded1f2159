#include "wire/access/reload_json.hpp"

#include <nlohmann/json.hpp>

namespace spillway::wire {

std::string encode_reload(const std::vector<std::string>& applied,
                          const std::vector<std::string>& after_restart,
                          const std::vector<std::string>& warnings) {
  using json = nlohmann::ordered_json;
  const json out{{"applied", applied}, {"after_restart", after_restart}, {"warnings", warnings}};
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace spillway::wire
