#include "wire/json_member.hpp"

#include "core/bounds.hpp"
#include "core/json_cursor.hpp"

#include <optional>

namespace spillway::wire {
namespace {

error not_json(const json_cursor& c) {
  if (c.too_deep())
    return {"JSON is nested deeper than " + std::to_string(bounds::json_depth_max) + " levels"};
  return {c.done() ? "not JSON: it ends too early, after byte " + std::to_string(c.byte() - 1)
                   : "not JSON: unexpected at byte " + std::to_string(c.byte())};
}

const char* type_name(char first) noexcept {
  switch (first) {
    case '{': return "an object";
    case '[': return "an array";
    case 't':
    case 'f': return "a boolean";
    case 'n': return "null";
    default: return "a number";
  }
}

} // namespace

result<std::string_view> json_member::read(std::string_view object) {
  json_cursor c{object};
  std::string skipped; // what other members' escapes give
  std::optional<std::string_view> found;
  char other_type = '\0';
  c.blanks();
  const char first = c.peek();
  if (!c.take('{')) {
    if (!c.value(skipped) || (c.blanks(), !c.done()))
      return not_json(c);
    return error{std::string{"is "} + (first == '"' ? "a string" : type_name(first))
                 + "; expected an object"};
  }
  c.blanks();
  for (bool more = !c.take('}'); more;) {
    c.blanks();
    const auto key = c.string(skipped);
    if (!key || !c.colon())
      return not_json(c);
    c.blanks();
    if (*key != name_) {
      if (!c.value(skipped))
        return not_json(c);
    } else if (c.peek() == '"') {
      found = c.string(buffer_);
      if (!found)
        return not_json(c);
    } else {
      other_type = c.peek();
      found.reset();
      if (!c.value(skipped))
        return not_json(c);
    }
    c.blanks();
    more = c.take(',');
    if (!more && !c.take('}'))
      return not_json(c);
  }
  c.blanks();
  if (!c.done())
    return not_json(c);
  if (found)
    return *found;
  return error{other_type == '\0'
                   ? "has no `" + name_ + "`"
                   : "`" + name_ + "` is " + type_name(other_type) + "; expected a string"};
}

} // namespace spillway::wire
