#pragma once

#include "core/chat.hpp"
#include "wire/json_reader.hpp"

#include <span>
#include <string>
#include <string_view>

/// Internal to the sources of `wire/openai`: fields of a caller's body that we do not model.
namespace spillway::wire::openai {

/// Takes what is not among `modelled` out of the body; null fields are no fields.
foreign_fields take_foreign(nlohmann::json& body, std::string_view dialect,
                            std::span<const char* const> modelled);

/// Adds them to a body of their own dialect, where it does not have them already.
void add_foreign(const foreign_fields& fields, std::string_view dialect, nlohmann::json& body);

} // namespace spillway::wire::openai
