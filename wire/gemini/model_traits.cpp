#include "wire/gemini/model_traits.hpp"

#include <charconv>
#include <optional>

namespace spillway::wire::gemini {
namespace {

/// "gemini-2.5-pro" -> 25, "gemini-3-pro" -> 30; absent without a number.
std::optional<int> generation_of(std::string_view model) {
  constexpr std::string_view family = "gemini-";
  const auto at = model.find(family);
  if (at == std::string_view::npos)
    return std::nullopt;
  const char* begin = model.data() + at + family.size();
  const char* end = model.data() + model.size();
  int major = 0;
  int minor = 0;
  const auto [dot, bad] = std::from_chars(begin, end, major);
  if (bad != std::errc{} || major > 99)
    return std::nullopt;
  if (dot != end && *dot == '.')
    std::from_chars(dot + 1, end, minor);
  return major * 10 + (minor < 10 ? minor : 9);
}

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

} // namespace

model_traits traits_of(std::string_view model) {
  model_traits traits;
  const bool is_pro = holds(model, "-pro");
  traits.thinks_always = is_pro;
  const int generation = generation_of(model).value_or(99);
  if (generation >= 30)
    return traits;
  traits.wants_signatures = false;
  traits.shape_with_tools = false;
  traits.media_in_results = false;
  if (generation >= 25) {
    traits.thinking = thinking_control::budget;
    traits.budget_min = is_pro ? 128 : holds(model, "-lite") ? 512 : 1;
    traits.budget_max = is_pro ? 32'768 : 24'576;
    return traits;
  }
  traits.thinking = thinking_control::none;
  traits.schemas = schema_notation::open_api;
  return traits;
}

} // namespace spillway::wire::gemini
