#pragma once

#include "core/result.hpp"
#include "core/units.hpp"
#include "providers/batch_file.hpp"

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::apps {

/// One file of a job as it was written.
struct written_job {
  std::string path;
  std::uint64_t calls = 0;
  std::size_t bytes = 0;
  token_count input; ///< of its prompts, about
  nano_usd prompts;  ///< what they cost, about
  nano_usd most;     ///< with every reply as long as it may be
};

/// Writes the calls of one model into as many files as its vendor's caps make necessary. They are
/// written beside their places, and moved there when all are whole; else nothing is left of them.
/// A file that is there already is never written over: its job may be with the vendor.
class batch_job_writer {
public:
  /// Files are called `stem`-1.jsonl and so on.
  batch_job_writer(std::string stem, providers::batch_format format);
  ~batch_job_writer();
  batch_job_writer(const batch_job_writer&) = delete;
  batch_job_writer& operator=(const batch_job_writer&) = delete;

  /// Errors: a file cannot be written or is there already, or a call alone is more than a
  /// file may hold.
  result<void> add(std::string_view call, token_count input, nano_usd prompt, nano_usd most);
  result<void> finish();

  const std::vector<written_job>& jobs() const noexcept { return jobs_; }

private:
  struct closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };

  result<void> begin();
  result<void> close();
  result<void> write(std::string_view bytes);
  error fault(const char* what) const;

  std::string stem_;
  providers::batch_caps caps_;
  providers::batch_framing framing_;
  std::unique_ptr<std::FILE, closer> file_;
  std::vector<written_job> jobs_;
  bool finished_ = false;
};

} // namespace spillway::apps
