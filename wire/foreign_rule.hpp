#pragma once

#include <span>
#include <string_view>

namespace spillway::wire {

/// Which fields a server takes that we do not model. Those it takes of another dialect are none.
struct foreign_rule {
  bool new_fields = true;                    ///< of the body: who sends one means this server
  bool new_members = true;                   ///< within others; false: it refuses a call for them
  std::span<const std::string_view> known{}; ///< what it takes anyway: "messages.prefix"

  /// `path`: with dots, without the places in lists.
  bool takes(std::string_view path) const;
};

} // namespace spillway::wire
