#include "providers/probe.hpp"

#include "providers/profile.hpp"

namespace spillway::providers {

result<wire::http_request> make_probe(std::string_view dialect, std::string base_path,
                                      const secret& key) {
  const auto row = find_profile(dialect);
  if (!row)
    return row.failure();
  while (base_path.ends_with('/'))
    base_path.pop_back();
  wire::http_request out{"GET", base_path + "/models", {}, {}};
  out.headers.add("Accept", "application/json");
  out.headers.add("User-Agent", "spillway");
  if (!key.empty())
    out.headers.add(std::string{row->auth_header},
                    std::string{row->auth_prefix} + key.reveal());
  return out;
}

} // namespace spillway::providers
