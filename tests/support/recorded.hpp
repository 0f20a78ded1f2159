#pragma once

#include "wire/http_message.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace spillway::testing {

inline std::string read_file(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in)
    throw std::runtime_error{"cannot read " + path};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// One exchange that somebody recorded: tests/fixtures/<vendor>/index.jsonl.
struct recorded {
  nlohmann::json row;
  std::string request_body; ///< empty if it was not recorded
  wire::http_response response;
};

inline recorded read_recorded(const std::string& folder, nlohmann::json row) {
  recorded r;
  if (row["request_file"].is_string())
    r.request_body = read_file(folder + row["request_file"].get<std::string>());
  r.response.status = row["status"];
  for (const auto& [name, value] : row["response_headers"].items())
    r.response.headers.add(name, value);
  r.response.body = read_file(folder + row["response_file"].get<std::string>());
  r.row = std::move(row);
  return r;
}

/// All exchanges of a vendor. `fixtures` is the folder of all vendors, with a slash at its end.
inline std::vector<recorded> all_recorded(const std::string& fixtures, const std::string& vendor) {
  const std::string folder = fixtures + vendor + '/';
  std::vector<recorded> all;
  std::ifstream index{folder + "index.jsonl"};
  for (std::string line; std::getline(index, line);)
    all.push_back(read_recorded(folder, nlohmann::json::parse(line)));
  if (all.empty())
    throw std::runtime_error{"no recordings in " + folder};
  return all;
}

} // namespace spillway::testing
