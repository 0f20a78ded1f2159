#include "apps/spillway/batch_job_writer.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace spillway::apps {

namespace {

std::string beside(const written_job& job) {
  return job.path + ".part";
}

} // namespace

batch_job_writer::batch_job_writer(std::string stem, providers::batch_format format)
    : stem_{std::move(stem)},
      caps_{providers::caps_of(format)},
      framing_{providers::framing_of(format)} {
}

batch_job_writer::~batch_job_writer() {
  file_.reset();
  if (!finished_)
    for (const written_job& job : jobs_)
      std::remove(beside(job).c_str());
}

result<void> batch_job_writer::add(std::string_view call, token_count input, nano_usd prompt,
                                   nano_usd most) {
  const std::size_t frame = framing_.before.size() + framing_.after.size();
  if (call.size() + frame > caps_.bytes)
    return error{"is " + std::to_string(call.size()) + " bytes; a file of a job holds "
                 + std::to_string(caps_.bytes)};
  const bool full = file_
                    && (jobs_.back().calls == caps_.calls
                        || jobs_.back().bytes + framing_.between.size() + call.size()
                                   + framing_.after.size()
                               > caps_.bytes);
  if (full)
    if (auto done = close(); !done)
      return done;
  const bool first = !file_;
  if (first)
    if (auto begun = begin(); !begun)
      return begun;
  if (auto written = write(first ? framing_.before : framing_.between); !written)
    return written;
  written_job& job = jobs_.back();
  ++job.calls;
  job.input += input;
  job.prompts += prompt;
  job.most += most;
  return write(call);
}

result<void> batch_job_writer::close() {
  if (!file_)
    return {};
  if (auto written = write(framing_.after); !written)
    return written;
  const bool flushed = std::fflush(file_.get()) == 0;
  file_.reset();
  return flushed ? result<void>{} : fault("cannot be written");
}

result<void> batch_job_writer::finish() {
  if (auto closed = close(); !closed)
    return closed;
  for (const written_job& job : jobs_)
    if (std::rename(beside(job).c_str(), job.path.c_str()) != 0)
      return fault("cannot be put in its place");
  finished_ = true;
  return {};
}

result<void> batch_job_writer::begin() {
  const std::string path = stem_ + "-" + std::to_string(jobs_.size() + 1)
                           + std::string{framing_.extension};
  if (std::filesystem::exists(path))
    return error{path + " is there already and is not written over, as its job may be with the "
                        "vendor; move it away, or name another folder with --out"};
  jobs_.push_back({path, 0, 0, {}, {}, {}});
  file_.reset(std::fopen(beside(jobs_.back()).c_str(), "wb"));
  return file_ ? result<void>{} : fault("cannot be opened");
}

result<void> batch_job_writer::write(std::string_view bytes) {
  jobs_.back().bytes += bytes.size();
  if (!bytes.empty() && std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size())
    return fault("cannot be written");
  return {};
}

error batch_job_writer::fault(const char* what) const {
  return error{beside(jobs_.back()) + " " + what + ": " + std::strerror(errno)};
}

} // namespace spillway::apps
