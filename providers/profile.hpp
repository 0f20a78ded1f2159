#pragma once

#include "core/result.hpp"
#include "wire/openai/request_options.hpp"

#include <span>
#include <string_view>

namespace spillway::providers {

/// What the models have in common whose names begin and continue so. All rules that fit hold.
struct model_rule {
  std::string_view begins;
  std::string_view holds = {};
  bool reasons = false;        ///< refuses temperature and its like
  bool responses_only = false; ///< answers POST /responses, not /chat/completions
  bool breakpoints = false;    ///< takes marks where its cache is to end
};

/// How one family of OpenAI-like servers differs from the others. A new one is a new row.
struct profile {
  std::string_view dialect; ///< as the configuration names it
  std::string_view auth_header;
  std::string_view auth_prefix; ///< before the key: "Bearer "
  wire::openai::request_options options;
  std::span<const model_rule> models = {};
};

/// The row of `dialect`. Errors: no such dialect; the message names the known ones.
result<profile> find_profile(std::string_view dialect);

/// All that the rules of a row say of one model.
model_rule rule_for(const profile& row, std::string_view model);

} // namespace spillway::providers
