#include "wire/json_document.hpp"

#include "core/bounds.hpp"
#include "wire/json_text.hpp"

#include <simdjson.h>

#include <utility>

namespace spillway::wire {
namespace {

using nlohmann::json;
namespace dom = simdjson::dom;

/// True if brackets outside strings nest deeper than allowed. Checked on the text, before a parser
/// spends memory on it.
bool too_deep(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      if (++depth > bounds::json_depth_max)
        return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

json to_document(const dom::element& read);

json to_object(const dom::object& read) {
  json::object_t out;
  // As JSON parsers do, and ECMA-404 leaves open: of two members of one name the last counts.
  for (const dom::key_value_pair member : read)
    out.insert_or_assign(out.end(), std::string{member.key}, to_document(member.value));
  return out;
}

json to_array(const dom::array& read) {
  json::array_t out;
  out.reserve(read.size());
  for (const dom::element element : read)
    out.push_back(to_document(element));
  return out;
}

/// Requires: depth bounded by the parser.
json to_document(const dom::element& read) {
  switch (read.type()) {
    case dom::element_type::OBJECT: return to_object(read.get_object().value_unsafe());
    case dom::element_type::ARRAY: return to_array(read.get_array().value_unsafe());
    case dom::element_type::STRING: return std::string{read.get_string().value_unsafe()};
    // Whole numbers of either sign are unsigned where they can be, as nlohmann's parser has them.
    case dom::element_type::INT64: {
      const std::int64_t number = read.get_int64().value_unsafe();
      return number < 0 ? json(number) : json(static_cast<std::uint64_t>(number));
    }
    case dom::element_type::UINT64: return read.get_uint64().value_unsafe();
    case dom::element_type::DOUBLE: return read.get_double().value_unsafe();
    case dom::element_type::BOOL: return read.get_bool().value_unsafe();
    case dom::element_type::NULL_VALUE: break;
  }
  return nullptr;
}

/// For what the quick parser refuses: whole numbers beyond 64 bits, and all that is wrong, whose
/// place it does not tell.
result<json> parse_slowly(std::string_view text) {
  if (too_deep(text))
    return error{"JSON is nested deeper than " + std::to_string(bounds::json_depth_max)
                 + " levels"};
  try {
    return json::parse(text);
  } catch (const json::parse_error& e) {
    return error{"not valid JSON: unexpected at byte " + std::to_string(e.byte)};
  } catch (const json::exception&) {
    return error{"not valid JSON: a number is out of range"};
  }
}

/// Of either kind of document. Requires: depth bounded by `bounds::json_depth_max`, as of all that
/// is parsed.
template <class Document>
void append(std::string& out, const Document& value);

template <class Document>
void append_object(std::string& out, const Document& value) {
  char before = '{';
  for (const auto& [name, member] : value.template get_ref<const typename Document::object_t&>()) {
    out += std::exchange(before, ',');
    append_json_string(out, name);
    out += ':';
    append(out, member);
  }
  out += before == '{' ? "{}" : "}";
}

template <class Document>
void append_array(std::string& out, const Document& value) {
  char before = '[';
  for (const auto& element : value.template get_ref<const typename Document::array_t&>()) {
    out += std::exchange(before, ',');
    append(out, element);
  }
  out += before == '[' ? "[]" : "]";
}

template <class Document>
void append(std::string& out, const Document& value) {
  switch (value.type()) {
    case json::value_t::object: return append_object(out, value);
    case json::value_t::array: return append_array(out, value);
    case json::value_t::string:
      return append_json_string(out, value.template get_ref<const std::string&>());
    case json::value_t::number_integer:
      return append_json_integer(out, value.template get<std::int64_t>());
    case json::value_t::number_unsigned:
      return append_json_integer(out, value.template get<std::uint64_t>());
    case json::value_t::boolean: out += value.template get<bool>() ? "true" : "false"; return;
    default: out += value.dump(); // shortest digits of a fraction, and null
  }
}

} // namespace

result<json> parse_json(std::string_view text) {
  dom::parser parser;
  dom::element root;
  if (parser.allocate(text.size(), bounds::json_depth_max) != simdjson::SUCCESS
      || parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS)
    return parse_slowly(text);
  return to_document(root);
}

result<json> parse_reply_json(std::string_view text) {
  auto parsed = parse_json(text);
  if (parsed)
    return parsed;
  auto mended = parse_json(mended_json(text));
  return mended ? std::move(mended) : std::move(parsed);
}

std::string dump_json(const json& value) {
  std::string out;
  append(out, value);
  return out;
}

std::string dump_in_order(const nlohmann::ordered_json& value) {
  std::string out;
  append(out, value);
  return out;
}

} // namespace spillway::wire
