#include "wire/json_writer.hpp"

#include "wire/json_text.hpp"

namespace spillway::wire {

/// A comma, if a value or a member ends here.
void json_writer::separate() {
  if (out_.empty())
    return;
  const char last = out_.back();
  if (last != '{' && last != '[' && last != ':')
    out_ += ',';
}

json_writer& json_writer::open(char bracket) {
  separate();
  out_ += bracket;
  return *this;
}

json_writer& json_writer::close(char bracket) {
  out_ += bracket;
  return *this;
}

json_writer& json_writer::key(std::string_view name) {
  separate();
  out_.append("\"").append(name).append("\":");
  return *this;
}

json_writer& json_writer::text(std::string_view value) {
  separate();
  append_json_string(out_, value);
  return *this;
}

json_writer& json_writer::integer(std::int64_t value) {
  separate();
  append_json_integer(out_, value);
  return *this;
}

json_writer& json_writer::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

} // namespace spillway::wire
