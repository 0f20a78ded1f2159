#pragma once

#include "core/units.hpp"

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace spillway::soak {

/// One call as the provider saw it.
struct provider_call {
  std::uint64_t lease = 0; ///< by which the runtime named it; 0: it did not
  std::string model;
  std::int64_t arrived_ns = 0; ///< on the provider's monotonic clock
  std::int64_t charged = 0;    ///< tokens, of its token window
  int status = 0;              ///< of its reply; 0: none was written
  std::int64_t input = 0;      ///< tokens billed
  std::int64_t output = 0;

  friend bool operator==(const provider_call&, const provider_call&) = default;
};

/// One span that Langfuse acknowledged or at least received whole.
struct received_span {
  std::uint64_t lease = 0;
  std::uint64_t fingerprint = 0; ///< of its bytes

  friend bool operator==(const received_span&, const received_span&) = default;
};

/// What the world outside the runtime remembers of a campaign.
struct world_record {
  std::vector<provider_call> calls; ///< in order of arrival
  std::vector<received_span> spans;
  std::uint64_t refused_by_limits = 0; ///< calls
};

/// Writes a record as it comes, a line an event. Not thread-safe.
class record_writer {
public:
  /// Errors: throws if the file cannot be made.
  explicit record_writer(const std::string& path);

  /// Returns what names the call in `note_reply`.
  std::size_t note_call(const provider_call& call);
  void note_reply(std::size_t call, int status, std::int64_t input, std::int64_t output);
  void note_span(const received_span& span);
  void note_refusals(std::uint64_t count);

private:
  struct close {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  std::unique_ptr<std::FILE, close> file_;
  std::size_t calls_ = 0;
};

/// Errors: throws if the file cannot be read.
world_record read_record(const std::string& path);

} // namespace spillway::soak
