#include "wire/openai/sampling.hpp"

#include <string>

namespace spillway::wire::openai {

std::optional<double> decode_number(const json_node& node, number_range range) {
  const auto number = node.number();
  if (number && !(*number >= range.least && *number <= range.most))
    node.reject("must be from " + std::to_string(static_cast<int>(range.least)) + " to "
                + std::to_string(static_cast<int>(range.most)));
  return number;
}

} // namespace spillway::wire::openai
