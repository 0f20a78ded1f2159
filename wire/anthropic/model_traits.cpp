#include "wire/anthropic/model_traits.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace spillway::wire::anthropic {
namespace {

using effort = reasoning_effort;
using form = thinking_form;

constexpr model_traits first{.output_max = token_count{4'096}};
constexpr model_traits longer{.output_max = token_count{8'192}};
constexpr model_traits thinking{.thinking = form::budget, .output_max = token_count{64'000}};
constexpr model_traits thinking_opus{.thinking = form::budget, .output_max = token_count{32'000}};
constexpr model_traits opus_4_1{.thinking = form::budget,
                                .one_sampler = true,
                                .json_schema = true,
                                .output_max = token_count{32'000}};
constexpr model_traits four_five{.thinking = form::budget,
                                 .one_sampler = true,
                                 .json_schema = true,
                                 .output_max = token_count{64'000}};
constexpr model_traits opus_4_5{.thinking = form::budget,
                                .effort_most = effort::high,
                                .one_sampler = true,
                                .json_schema = true,
                                .output_max = token_count{64'000}};
constexpr model_traits sonnet_4_6{.thinking = form::either,
                                  .effort_most = effort::max,
                                  .one_sampler = true,
                                  .json_schema = true,
                                  .output_max = token_count{64'000}};
constexpr model_traits opus_4_6{.thinking = form::either,
                                .effort_most = effort::max,
                                .one_sampler = true,
                                .json_schema = true,
                                .output_max = token_count{128'000}};
constexpr model_traits opus_4_7{.thinking = form::adaptive,
                                .effort_most = effort::max,
                                .effort_xhigh = true,
                                .sampling = false,
                                .json_schema = true,
                                .output_max = token_count{128'000}};
constexpr model_traits five{.thinking = form::adaptive,
                            .effort_most = effort::max,
                            .effort_xhigh = true,
                            .sampling = false,
                            .json_schema = true,
                            .system_turns = true,
                            .output_max = token_count{128'000}};
constexpr model_traits sonnet_5_5{.thinking = form::adaptive,
                                  .effort_most = effort::max,
                                  .effort_xhigh = true,
                                  .sampling = false,
                                  .json_schema = true,
                                  .forced_tools = false,
                                  .system_turns = true,
                                  .output_max = token_count{128'000}};
constexpr model_traits fable_5{.thinking = form::adaptive,
                               .thinking_stops = false,
                               .effort_most = effort::max,
                               .effort_xhigh = true,
                               .sampling = false,
                               .json_schema = true,
                               .system_turns = true,
                               .output_max = token_count{128'000}};
constexpr model_traits fable_5_1{.thinking = form::adaptive,
                                 .thinking_stops = false,
                                 .effort_most = effort::max,
                                 .effort_xhigh = true,
                                 .sampling = false,
                                 .json_schema = true,
                                 .forced_tools = false,
                                 .system_turns = true,
                                 .output_max = token_count{128'000}};

struct row {
  std::string_view name;
  model_traits traits;
};

/// A name before its own prefixes.
constexpr std::array<row, 24> rows = {{
    {"claude-2", first},
    {"claude-3-5", longer},
    {"claude-3-7", thinking},
    {"claude-3", first},
    {"claude-haiku-4-5", four_five},
    {"claude-sonnet-4-5", four_five},
    {"claude-sonnet-4-6", sonnet_4_6},
    {"claude-sonnet-4", thinking},
    {"claude-opus-4-1", opus_4_1},
    {"claude-opus-4-5", opus_4_5},
    {"claude-opus-4-6", opus_4_6},
    {"claude-opus-4-7", opus_4_7},
    {"claude-opus-4-8", five},
    {"claude-opus-4", thinking_opus},
    {"claude-sonnet-5-5", sonnet_5_5},
    {"claude-sonnet-5", five},
    {"claude-opus-5", five},
    {"claude-haiku-5-5", five},
    {"claude-fable-5-1", fable_5_1},
    {"claude-mythos-5-1", fable_5_1},
    {"claude-mythos-preview", fable_5_1},
    {"claude-fable-5", fable_5},
    {"claude-mythos-5", fable_5},
    {"claude-", five},
}};

/// Servers with this API for models of their own (DeepSeek, Moonshot, Z.ai) know what it was in
/// 2025. Source: https://api-docs.deepseek.com/guides/anthropic_api (2026-10).
constexpr model_traits foreign{.thinking = form::budget, .output_max = token_count{8'192}};

/// "claude-opus-4" is the prefix of "claude-opus-4-20250514" and of "claude-opus-4-9": only a date
/// keeps the version.
bool is_version(std::string_view rest) {
  if (rest.empty() || rest.front() != '-')
    return true;
  rest.remove_prefix(1);
  const auto digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  return digits == 0 || digits >= 8 || rest.substr(0, digits) == "0";
}

std::string_view without_suffix(std::string_view name) {
  for (const std::string_view suffix : {"-latest", "-0"})
    if (name.ends_with(suffix))
      name.remove_suffix(suffix.size());
  return name;
}

} // namespace

model_traits traits_of(std::string_view model) {
  const auto begin = model.find("claude-");
  if (begin == std::string_view::npos)
    return foreign;
  model.remove_prefix(begin);
  for (const row& r : rows)
    if (model.starts_with(r.name) && is_version(model.substr(r.name.size())))
      return r.traits;
  return five;
}

bool is_snapshot_of(std::string_view reported, std::string_view asked) {
  reported = without_suffix(reported);
  asked = without_suffix(asked);
  if (!reported.starts_with(asked))
    return asked.starts_with(reported) && is_snapshot_of(asked, reported);
  const std::string_view rest = reported.substr(asked.size());
  constexpr std::size_t date = 9; // "-20250929"
  return rest.empty()
         || (rest.size() == date && rest.front() == '-'
             && std::ranges::all_of(rest.substr(1), [](unsigned char c) {
                  return std::isdigit(c) != 0;
                }));
}

} // namespace spillway::wire::anthropic
