#include "providers/registry.hpp"

#include "providers/openai.hpp"
#include "providers/profile.hpp"

#include <utility>

namespace spillway::providers {

result<std::shared_ptr<const codec>> make_codec(std::string_view dialect, std::string base_path,
                                                secret key) {
  auto row = find_profile(dialect);
  if (!row)
    return row.failure();
  while (base_path.ends_with('/'))
    base_path.pop_back();
  return std::shared_ptr<const codec>{std::make_shared<openai_codec>(
      openai_codec::options{*row, std::move(base_path), std::move(key)})};
}

} // namespace spillway::providers
