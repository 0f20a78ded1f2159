#include "simulator/findings.hpp"
#include "simulator/tool_role.hpp"
#include "tests/simulator/conversation.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::simulator;
using namespace spillway::simulator::testing;
using strings = std::vector<std::string>;

TEST_CASE("tools are told apart by the words of their names") {
  const struct {
    const char* name;
    tool_role role;
  } rows[] = {
      {"list_files", tool_role::list},   {"listDirectory", tool_role::list},
      {"ls", tool_role::list},           {"read_file", tool_role::read},
      {"openFile", tool_role::read},     {"search_files", tool_role::search},
      {"grep", tool_role::search},       {"find-in-files", tool_role::search},
      {"get_weather", tool_role::other}, {"calculate", tool_role::other},
      {"listen", tool_role::other},      {"thread", tool_role::other},
  };
  for (const auto& row : rows) {
    INFO(row.name);
    CHECK(role_of(row.name) == row.role);
  }
}

TEST_CASE("paths are picked out of listings and prose") {
  CHECK(paths_in("37 files under .\ncore/units.hpp, 120 bytes\nREADME.md, 5 bytes\n")
        == strings{"core/units.hpp", "README.md"});
  CHECK(paths_in(R"(["a/b.py","c.json"])") == strings{"a/b.py", "c.json"});
  CHECK(paths_in("See core/units.hpp. It is 1.5 times as long, etc. Or v2.0?")
        == strings{"core/units.hpp"});
  CHECK(paths_in("a.txt a.txt b.txt") == strings{"a.txt", "b.txt"});
  CHECK(paths_in("") == strings{});
}

TEST_CASE("what the tools told since the last question is gathered, and nothing before") {
  chat_request request = question("old");
  answer_calls(request, {{"c0", "list_files", "{}"}}, {"old.txt, 3 bytes"});
  request.messages.push_back(user("What is in src?"));
  answer_calls(request, {{"c1", "list_files", "{}"}}, {"2 files under .\nsrc/a.cpp\nsrc/b.cpp"});
  answer_calls(request,
               {{"c2", "read_file", R"({"path":"src/a.cpp"})"},
                {"c3", "read_file", R"({"path":"src/b.cpp"})"}},
               {"src/a.cpp, lines 1-2 of 340\n1: int run_all();\n2: // TODO: tidy\n",
                "error: 'src/b.cpp': No such file or directory"});
  answer_calls(request, {{"c4", "search_files", R"({"text":"run_all"})"}},
               {"1 lines in 1 files contain \"run_all\"\nsrc/a.cpp:1: int run_all();\n"});
  const findings found = gather_findings(request);
  CHECK(found.question == "What is in src?");
  CHECK(found.tool_rounds == 3);
  CHECK(found.calls.size() == 4);
  CHECK(found.paths == strings{"src/a.cpp", "src/b.cpp"});
  REQUIRE(found.files.size() == 1);
  CHECK(found.files[0].path == "src/a.cpp");
  CHECK(found.files[0].lines == 340);
  CHECK(found.files[0].notes == strings{"2: // TODO: tidy"});
  CHECK(found.files[0].names == strings{"run_all"});
  REQUIRE(found.searches.size() == 1);
  CHECK(found.searches[0].text == "run_all");
  CHECK(found.searches[0].matches == strings{"src/a.cpp:1: int run_all();"});
  CHECK(found.failures.size() == 1);
}

TEST_CASE("a file without a heading is counted by its lines, blank ones too") {
  chat_request request = question("q");
  answer_calls(request, {{"c", "read_file", R"({"path":"x.txt"})"}}, {"one\n\nthree"});
  CHECK(gather_findings(request).files.at(0).lines == 3);
}

TEST_CASE("odd conversations are gathered without harm") {
  CHECK(gather_findings({}).question.empty());
  chat_request request;
  request.messages = {{chat_role::tool, "result", {}, {}, "unknown"},
                      {chat_role::assistant, "", {}, {{"a", "read_file", "not json"}}, {}},
                      {chat_role::tool, "text", {}, {}, "a"}};
  CHECK(gather_findings(request).files.at(0).path.empty());
}
