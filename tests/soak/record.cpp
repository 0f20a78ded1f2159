#include "tests/soak/record.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace spillway::soak {

record_writer::record_writer(const std::string& path) : file_{std::fopen(path.c_str(), "w")} {
  if (!file_)
    throw std::runtime_error{"cannot write " + path};
}

std::size_t record_writer::note_call(const provider_call& call) {
  std::fprintf(file_.get(), "call %llu %s %lld %lld\n", static_cast<unsigned long long>(call.lease),
               call.model.c_str(), static_cast<long long>(call.arrived_ns),
               static_cast<long long>(call.charged));
  return calls_++;
}

void record_writer::note_reply(std::size_t call, int status, std::int64_t input,
                               std::int64_t output) {
  std::fprintf(file_.get(), "reply %zu %d %lld %lld\n", call, status, static_cast<long long>(input),
               static_cast<long long>(output));
}

void record_writer::note_span(const received_span& span) {
  std::fprintf(file_.get(), "span %llu %llu\n", static_cast<unsigned long long>(span.lease),
               static_cast<unsigned long long>(span.fingerprint));
}

void record_writer::note_refusals(std::uint64_t count) {
  std::fprintf(file_.get(), "refused %llu\n", static_cast<unsigned long long>(count));
}

world_record read_record(const std::string& path) {
  std::ifstream in{path};
  if (!in)
    throw std::runtime_error{"cannot read " + path};
  world_record record;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words{line};
    std::string what;
    words >> what;
    if (what == "call") {
      provider_call& c = record.calls.emplace_back();
      words >> c.lease >> c.model >> c.arrived_ns >> c.charged;
    } else if (what == "reply") {
      std::size_t call = 0;
      words >> call;
      provider_call& c = record.calls.at(call);
      words >> c.status >> c.input >> c.output;
    } else if (what == "span") {
      received_span& s = record.spans.emplace_back();
      words >> s.lease >> s.fingerprint;
    } else if (what == "refused") {
      words >> record.refused_by_limits;
    }
    if (!words)
      throw std::runtime_error{path + ": a broken line: " + line};
  }
  return record;
}

} // namespace spillway::soak
