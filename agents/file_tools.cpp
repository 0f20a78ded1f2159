#include "agents/file_tools.hpp"

#include "agents/glob.hpp"
#include "agents/tool_arguments.hpp"
#include "core/bounds.hpp"

#include <algorithm>

namespace spillway::agents {
namespace {

constexpr std::size_t binary_probe_bytes = 8 * 1024;
constexpr std::size_t match_line_bytes_max = 200;

constexpr const char* list_files_schema = R"({
  "type": "object",
  "properties": {
    "path": {"type": "string", "description": "Folder to list, relative to the root. Default: ."},
    "pattern": {"type": "string", "description": "Such as *.hpp: * is any text, ? any character."}
  },
  "additionalProperties": false
})";

constexpr const char* read_file_schema = R"({
  "type": "object",
  "properties": {
    "path": {"type": "string", "description": "File to read, relative to the root."},
    "first_line": {"type": "integer", "minimum": 1, "description": "Default: 1"},
    "last_line": {"type": "integer", "minimum": 1, "description": "Default: the last of the file"}
  },
  "required": ["path"],
  "additionalProperties": false
})";

constexpr const char* search_files_schema = R"({
  "type": "object",
  "properties": {
    "text": {"type": "string", "minLength": 1, "description": "Exact text to find within a line."},
    "path": {"type": "string", "description": "Folder or file to search. Default: ."}
  },
  "required": ["text"],
  "additionalProperties": false
})";

bool is_binary(std::string_view content) noexcept {
  return content.substr(0, binary_probe_bytes).find('\0') != std::string_view::npos;
}

/// Lines without their ends; a file's last newline does not begin another line.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string place_of(const tool_arguments& arguments) {
  const std::string path = arguments.text("path").value_or(".");
  return path.empty() ? "." : path;
}

bool is_wanted(const std::string& path, const std::string& pattern) {
  if (pattern.empty())
    return true;
  const bool whole_path = pattern.find('/') != std::string::npos;
  const std::string_view shown = path;
  return glob_matches(pattern, whole_path ? shown : shown.substr(shown.rfind('/') + 1));
}

result<std::string> list_files(const confined_folder& root, const tool_arguments& arguments) {
  const std::string place = place_of(arguments);
  const auto listing = root.list(place);
  if (!listing)
    return listing.failure();
  const std::string pattern = arguments.text("pattern").value_or("");
  std::string rows;
  std::size_t count = 0;
  for (const confined_file& file : listing->files) {
    if (!is_wanted(file.path, pattern))
      continue;
    ++count;
    rows += file.path + ", " + std::to_string(file.bytes) + " bytes\n";
  }
  const std::string more = listing->complete ? "" : "; the tree is too large to list in full";
  return std::to_string(count) + " files under " + place + more + "\n" + rows;
}

/// Line numbers from 1 to the last line, as asked for or as the file has them.
struct line_range {
  std::int64_t first = 1;
  std::int64_t last = 0;
};

result<line_range> range_of(const tool_arguments& arguments, std::size_t line_count) {
  const auto total = static_cast<std::int64_t>(line_count);
  const line_range range{arguments.integer("first_line").value_or(1),
                         std::min(arguments.integer("last_line").value_or(total), total)};
  if (range.first > std::max<std::int64_t>(total, 1))
    return error{"the file has only " + std::to_string(total) + " lines"};
  if (range.first > range.last && total > 0)
    return error{"last_line must not be before first_line"};
  return range;
}

result<std::string> read_file(const confined_folder& root, const tool_arguments& arguments) {
  const std::string path = arguments.text("path").value_or("");
  const auto content = root.read(path);
  if (!content)
    return content.failure();
  if (is_binary(*content))
    return error{"'" + path + "' is a binary file"};
  const auto lines = lines_of(*content);
  const auto range = range_of(arguments, lines.size());
  if (!range)
    return range.failure();
  std::string text = path + ", lines " + std::to_string(range->first) + "-"
                     + std::to_string(range->last) + " of " + std::to_string(lines.size()) + "\n";
  for (std::int64_t i = range->first; i <= range->last; ++i)
    text.append(std::to_string(i)).append(": ").append(lines[i - 1]).append("\n");
  return text;
}

/// Lines found so far and whether there is room for more.
struct search_hits {
  std::string rows;
  std::size_t lines = 0;
  std::size_t files = 0;
  bool full() const noexcept { return rows.size() >= bounds::tool_result_bytes_max; }
};

void search_in(const confined_file& file, std::string_view content, std::string_view text,
               search_hits& hits) {
  if (content.find(text) == std::string_view::npos)
    return; // most files: not worth splitting into lines
  const std::size_t before = hits.lines;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(content)) {
    ++number;
    if (hits.full())
      break;
    if (line.find(text) == std::string_view::npos)
      continue;
    ++hits.lines;
    hits.rows.append(file.path).append(":").append(std::to_string(number)).append(": ");
    hits.rows.append(line.substr(0, match_line_bytes_max)).append("\n");
  }
  hits.files += hits.lines > before ? 1 : 0;
}

result<std::string> search_files(const confined_folder& root, const tool_arguments& arguments) {
  const std::string text = arguments.text("text").value_or("");
  if (text.find('\n') != std::string::npos)
    return error{"the text must be part of one line"};
  const auto listing = root.list(place_of(arguments));
  if (!listing)
    return listing.failure();
  search_hits hits;
  for (const confined_file& file : listing->files) {
    if (hits.full())
      break;
    // A file that is too large, or gone since, is passed over like a binary one.
    if (const auto content = root.read(file.path); content && !is_binary(*content))
      search_in(file, *content, text, hits);
  }
  const bool cut = hits.full() || !listing->complete;
  return std::to_string(hits.lines) + " lines in " + std::to_string(hits.files)
         + " files contain \"" + text + "\"" + (cut ? "; there may be more" : "") + "\n"
         + hits.rows;
}

using file_tool = result<std::string> (*)(const confined_folder&, const tool_arguments&);

tool bind(tool_definition definition, file_tool run, const confined_folder& root) {
  return {std::move(definition), [run, root](std::string_view json) -> result<std::string> {
            const auto arguments = tool_arguments::parse(json);
            if (!arguments)
              return arguments.failure();
            return run(root, *arguments);
          }};
}

} // namespace

std::vector<tool> make_file_tools(const confined_folder& root) {
  return {
      bind({"list_files",
            "Lists the files of a folder and its subfolders. A pattern with a / is matched against "
            "the whole path, another against the file's name.",
            list_files_schema},
           list_files, root),
      bind({"read_file", "Reads a text file, or a range of its lines.", read_file_schema},
           read_file, root),
      bind({"search_files", "Finds the lines that contain a text.", search_files_schema},
           search_files, root),
  };
}

} // namespace spillway::agents
