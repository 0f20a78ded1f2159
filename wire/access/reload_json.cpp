#include "wire/access/reload_json.hpp"

#include "wire/json_document.hpp"

namespace spillway::wire {

std::string encode_reload(const std::vector<std::string>& applied,
                          const std::vector<std::string>& after_restart,
                          const std::vector<std::string>& warnings) {
  using json = nlohmann::ordered_json;
  const json out{{"applied", applied}, {"after_restart", after_restart}, {"warnings", warnings}};
  return dump_in_order(out);
}

} // namespace spillway::wire
