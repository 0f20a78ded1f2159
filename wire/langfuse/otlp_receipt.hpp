#pragma once

#include "core/result.hpp"
#include "core/units.hpp"

#include <cstddef>
#include <string_view>

namespace spillway::wire::langfuse {

/// What an export brought.
struct otlp_receipt {
  std::size_t generations = 0;
  std::size_t events = 0;
  nano_usd cost_total;
  friend bool operator==(const otlp_receipt&, const otlp_receipt&) = default;
};

/// Reads an export more strictly than Langfuse does: whatever its server would refuse, or store
/// wrongly without a word, is an error here. For stand-in receivers and for tests.
///
/// Errors: ids that are not lower-case hexadecimal, times that are no decimal strings or run
/// backwards, attributes that are no list of keys and string values, neither a generation nor an
/// event, no model, usage or cost that is not JSON text, buckets that do not sum up to `total`, a
/// level that contradicts the status, an environment that would be renamed. Each names the place.
result<otlp_receipt> decode_otlp(std::string_view body);

} // namespace spillway::wire::langfuse
