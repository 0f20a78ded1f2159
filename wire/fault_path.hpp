#pragma once

#include <string_view>

namespace spillway::wire {

/// The place that a decoder's or a control's error is about, from its message, which begins with
/// it: "messages[0].role" of "messages[0].role must be system, ...". A view into `message`; empty
/// if it is about the whole, as "not valid JSON: ..." is.
std::string_view path_in_fault(std::string_view message) noexcept;

} // namespace spillway::wire
