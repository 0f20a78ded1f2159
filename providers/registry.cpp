#include "providers/registry.hpp"

#include "providers/anthropic.hpp"
#include "providers/gemini.hpp"
#include "providers/openai.hpp"
#include "providers/profile.hpp"

#include <utility>

namespace spillway::providers {
result<std::shared_ptr<const codec>> make_codec(std::string_view dialect, std::string base_path,
                                                secret key) {
  while (base_path.ends_with('/'))
    base_path.pop_back();
  if (dialect == anthropic_dialect)
    return std::shared_ptr<const codec>{std::make_shared<anthropic_codec>(
        anthropic_codec::options{anthropic_path(base_path), std::move(key)})};
  if (const auto native = find_gemini_profile(dialect))
    return std::shared_ptr<const codec>{std::make_shared<gemini_codec>(
        gemini_codec::options{*native, std::move(base_path), std::move(key)})};
  auto row = find_profile(dialect);
  if (!row)
    return error{row.failure().message + ", " + std::string{anthropic_dialect} + ", "
                 + gemini_dialects()};
  return std::shared_ptr<const codec>{std::make_shared<openai_codec>(
      openai_codec::options{*row, std::move(base_path), std::move(key)})};
}

} // namespace spillway::providers
