#pragma once

#include "core/capabilities.hpp"
#include "core/chat.hpp"

#include <memory>
#include <string>
#include <vector>

/// A request as one of several models takes it.
namespace spillway::routing {

/// `request` without the settings that a model of `can` refuses, so that it does not refuse the
/// whole call: thinking where it does not think, temperature where only its default is taken. Where
/// it takes but some efforts, the nearest to the one asked for, of two the larger. The same object
/// if nothing changes. Requires: not null.
std::shared_ptr<const chat_request> suited(const capabilities& can,
                                           std::shared_ptr<const chat_request> request);

/// What `suited` takes away, by the names of OpenAI's chat completions: "temperature".
std::vector<std::string> unsuited(const capabilities& can, const chat_request& request);

} // namespace spillway::routing
