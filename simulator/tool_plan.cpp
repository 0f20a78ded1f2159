#include "simulator/tool_plan.hpp"

#include "simulator/schema_sample.hpp"
#include "simulator/tool_role.hpp"

#include <algorithm>
#include <optional>

namespace spillway::simulator {
namespace {

class planner {
public:
  planner(const chat_request& request, const findings& found, const tool_habits& habits,
          std::uint64_t seed)
      : request_{request},
        found_{found},
        habits_{habits},
        question_chance_{seed ^ fingerprint(found.question)} {}

  std::vector<tool_call> next_calls();
  tool_call forced_call(const tool_definition& tool);

private:
  const tool_definition* tool_for(tool_role role) const;
  std::size_t parallel_max() const;
  bool called(tool_role role) const;
  std::vector<std::string> tried_files() const;
  std::vector<std::string> new_files() const;
  std::optional<std::string> search_text();
  std::string first_word_of_question() const;
  tool_call list_call(const tool_definition& tool) const;
  tool_call read_call(const tool_definition& tool, const std::string& path) const;
  tool_call search_call(const tool_definition& tool, const std::string& text) const;
  tool_call other_call(const tool_definition& tool) const;
  std::vector<tool_call> read_calls(const tool_definition& tool, std::size_t files_wanted) const;
  std::vector<tool_call> other_calls() const;

  const chat_request& request_;
  const findings& found_;
  const tool_habits& habits_;
  chance question_chance_; ///< the same in each turn about one question
};

tool_call make_call(const tool_definition& tool, const sample_hints& hints) {
  return {"", tool.name, sample_json(tool.parameters_json, hints)};
}

const tool_definition* planner::tool_for(tool_role role) const {
  const auto tool = std::ranges::find_if(
      request_.tools, [&](const tool_definition& t) { return role_of(t.name) == role; });
  return tool == request_.tools.end() ? nullptr : &*tool;
}

std::size_t planner::parallel_max() const {
  const bool allowed = request_.parallel_tool_calls.value_or(true);
  return allowed ? static_cast<std::size_t>(habits_.parallel_max) : 1;
}

std::vector<std::string> planner::tried_files() const {
  std::vector<std::string> files;
  for (const tool_call& call : found_.calls)
    if (role_of(call.name) == tool_role::read)
      files.push_back(argument_of(call, names_a_path));
  return files;
}

bool planner::called(tool_role role) const {
  return std::ranges::any_of(found_.calls,
                             [&](const tool_call& call) { return role_of(call.name) == role; });
}

/// Files named by the question or a listing and not tried yet; those the question's words point at
/// come first.
std::vector<std::string> planner::new_files() const {
  std::vector<std::string> files = paths_in(found_.question);
  for (const std::string& path : found_.paths)
    if (std::ranges::find(files, path) == files.end())
      files.push_back(path);
  const auto tried = tried_files();
  std::erase_if(files, [&](const std::string& path) {
    return std::ranges::find(tried, path) != tried.end();
  });
  const auto words = words_in(found_.question);
  std::ranges::stable_partition(files, [&](const std::string& path) {
    return std::ranges::any_of(words, [&](const std::string& word) {
      return word.size() >= 4 && path.find(word) != std::string::npos;
    });
  });
  return files;
}

std::optional<std::string> planner::search_text() {
  std::vector<std::string> names;
  for (const file_finding& file : found_.files)
    names.insert(names.end(), file.names.begin(), file.names.end());
  if (!names.empty())
    return names[question_chance_.next_below(names.size())];
  const std::string word = first_word_of_question();
  return word.empty() ? std::nullopt : std::optional{word};
}

std::string planner::first_word_of_question() const {
  for (const std::string& word : words_in(found_.question))
    if (word.size() >= 5)
      return word;
  return {};
}

tool_call planner::list_call(const tool_definition& tool) const {
  return make_call(tool, {{}, {{names_a_path, "."}, {names_a_search_text, "*"}}, "."});
}

tool_call planner::read_call(const tool_definition& tool, const std::string& path) const {
  return make_call(tool, {{{names_a_path, path}}, {}, path});
}

tool_call planner::search_call(const tool_definition& tool, const std::string& text) const {
  return make_call(tool, {{{names_a_search_text, text}}, {{names_a_path, "."}}, text});
}

tool_call planner::other_call(const tool_definition& tool) const {
  const std::string word = first_word_of_question();
  return make_call(tool,
                   {{}, {{names_a_search_text, found_.question}}, word.empty() ? "text" : word});
}

std::vector<tool_call> planner::read_calls(const tool_definition& tool,
                                           std::size_t files_wanted) const {
  std::vector<tool_call> calls;
  const std::size_t wanted = std::min(files_wanted - tried_files().size(), parallel_max());
  for (const std::string& path : new_files()) {
    if (calls.size() == wanted)
      break;
    calls.push_back(read_call(tool, path));
  }
  return calls;
}

std::vector<tool_call> planner::other_calls() const {
  std::vector<tool_call> calls;
  for (const tool_definition& tool : request_.tools) {
    const bool asked =
        std::ranges::find(found_.others, tool.name, &other_finding::tool) != found_.others.end();
    if (!asked && role_of(tool.name) == tool_role::other && calls.size() < parallel_max())
      calls.push_back(other_call(tool));
  }
  return calls;
}

std::vector<tool_call> planner::next_calls() {
  const auto spread =
      static_cast<std::uint64_t>(std::max(habits_.files_read_max - habits_.files_read_min, 0) + 1);
  const auto files_wanted =
      static_cast<std::size_t>(habits_.files_read_min) + question_chance_.next_below(spread);
  if (found_.tool_rounds >= habits_.rounds_max)
    return {};
  if (const auto* list = tool_for(tool_role::list); list && !called(tool_role::list))
    return {list_call(*list)};
  if (const auto* read = tool_for(tool_role::read); read && tried_files().size() < files_wanted)
    if (auto calls = read_calls(*read, files_wanted); !calls.empty())
      return calls;
  if (const auto* search = tool_for(tool_role::search); search && !called(tool_role::search))
    if (const auto text = search_text())
      return {search_call(*search, *text)};
  return other_calls();
}

tool_call planner::forced_call(const tool_definition& tool) {
  switch (role_of(tool.name)) {
    case tool_role::list: return list_call(tool);
    case tool_role::read: {
      const auto files = new_files();
      return read_call(tool, files.empty() ? "README.md" : files.front());
    }
    case tool_role::search: return search_call(tool, search_text().value_or("TODO"));
    case tool_role::other: return other_call(tool);
  }
  SPILLWAY_ASSERT(!"a tool_role outside the enumeration");
}

const tool_definition* named_tool(const chat_request& request) {
  const auto tool = std::ranges::find(request.tools, request.choice->name, &tool_definition::name);
  return tool == request.tools.end() ? nullptr : &*tool;
}

} // namespace

std::vector<tool_call> plan_tool_calls(const chat_request& request, const findings& found,
                                       const tool_habits& habits, std::uint64_t seed) {
  const auto mode = request.choice ? request.choice->mode : tool_choice_mode::automatic;
  if (request.tools.empty() || mode == tool_choice_mode::none)
    return {};
  planner plan{request, found, habits, seed};
  if (mode == tool_choice_mode::named) {
    const tool_definition* tool = named_tool(request);
    return tool ? std::vector{plan.forced_call(*tool)} : std::vector<tool_call>{};
  }
  auto calls = plan.next_calls();
  if (calls.empty() && mode == tool_choice_mode::required)
    calls.push_back(plan.forced_call(request.tools.front()));
  return calls;
}

} // namespace spillway::simulator
