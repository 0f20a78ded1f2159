#include "agents/file_tools.hpp"
#include "agents/toolbox.hpp"
#include "core/bounds.hpp"
#include "tests/agents/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace spillway;
using namespace spillway::agents;
using spillway::agents::testing::scratch_folder;

namespace {

class project {
public:
  project() {
    scratch_.write("README.md", "# Project\n\nTODO: write more\n");
    scratch_.write("src/main.cpp", "int main() {\n  return run_all();\n}\n");
    scratch_.write("src/run.hpp", "int run_all(); // TODO\r\nint other();");
    scratch_.write("src/logo.png", std::string{"\x89PNG\0TODO", 9});
    scratch_.write("empty.txt", "");
    auto root = confined_folder::open(scratch_.path());
    REQUIRE(root);
    REQUIRE(box_.add(make_file_tools(*root)));
  }

  std::string run(const char* tool, const char* arguments) const {
    return box_.run({"id", tool, arguments}).text;
  }
  const scratch_folder& scratch() const { return scratch_; }
  const toolbox& box() const { return box_; }

private:
  scratch_folder scratch_;
  toolbox box_;
};

} // namespace

TEST_CASE("list_files tells paths and sizes in order") {
  const project p;
  CHECK(p.run("list_files", "{}")
        == "5 files under .\nREADME.md, 28 bytes\nempty.txt, 0 bytes\nsrc/logo.png, 9 bytes\n"
           "src/main.cpp, 35 bytes\nsrc/run.hpp, 36 bytes\n");
  CHECK(p.run("list_files", R"({"path":"src","pattern":"*.?pp"})")
        == "2 files under src\nsrc/main.cpp, 35 bytes\nsrc/run.hpp, 36 bytes\n");
  CHECK(p.run("list_files", R"({"pattern":"src/m*"})")
        == "1 files under .\nsrc/main.cpp, 35 bytes\n");
  CHECK(p.run("list_files", R"({"pattern":"*.rs"})") == "0 files under .\n");
}

TEST_CASE("read_file numbers its lines and tells how many there are") {
  const project p;
  CHECK(p.run("read_file", R"({"path":"src/main.cpp"})")
        == "src/main.cpp, lines 1-3 of 3\n1: int main() {\n2:   return run_all();\n3: }\n");
  CHECK(p.run("read_file", R"({"path":"src/run.hpp"})")
        == "src/run.hpp, lines 1-2 of 2\n1: int run_all(); // TODO\n2: int other();\n");
  CHECK(p.run("read_file", R"({"path":"src/main.cpp","first_line":2,"last_line":2})")
        == "src/main.cpp, lines 2-2 of 3\n2:   return run_all();\n");
  CHECK(p.run("read_file", R"({"path":"src/main.cpp","first_line":3,"last_line":99})")
        == "src/main.cpp, lines 3-3 of 3\n3: }\n");
  CHECK(p.run("read_file", R"({"path":"empty.txt"})") == "empty.txt, lines 1-0 of 0\n");
}

TEST_CASE("read_file refuses what makes no sense, in words") {
  const project p;
  const struct {
    const char* arguments;
    const char* text;
  } rows[] = {
      {R"({"path":"src/main.cpp","first_line":4})", "error: the file has only 3 lines"},
      {R"({"path":"src/main.cpp","first_line":3,"last_line":2})",
       "error: last_line must not be before first_line"},
      {R"({"path":"src/main.cpp","first_line":0})",
       "error: tool 'read_file': 'first_line' must be at least 1"},
      {R"({"path":"src/logo.png"})", "error: 'src/logo.png' is a binary file"},
      {R"({"path":"nowhere.txt"})", "error: 'nowhere.txt': No such file or directory"},
      {R"({"path":"../x"})", "error: '../x': '..' is not allowed"},
      {R"({"path":"a\u0000b"})", "error: the path holds a NUL byte"},
      {R"({})", "error: tool 'read_file': the arguments must have 'path'"},
      {R"({"path":"x","mode":"w"})", "error: tool 'read_file': the arguments must not have 'mode'"},
  };
  for (const auto& row : rows)
    CHECK(p.run("read_file", row.arguments) == row.text);
}

TEST_CASE("search_files finds lines in text files only") {
  const project p;
  CHECK(p.run("search_files", R"({"text":"TODO"})")
        == "2 lines in 2 files contain \"TODO\"\nREADME.md:3: TODO: write more\n"
           "src/run.hpp:1: int run_all(); // TODO\n");
  CHECK(p.run("search_files", R"({"text":"run_all","path":"src/main.cpp"})")
        == "1 lines in 1 files contain \"run_all\"\nsrc/main.cpp:2:   return run_all();\n");
  CHECK(p.run("search_files", R"({"text":"todo"})") == "0 lines in 0 files contain \"todo\"\n");
  CHECK(p.run("search_files", R"({"text":"a\nb"})") == "error: the text must be part of one line");
  CHECK(p.run("search_files", R"({"text":"x","path":"/etc"})")
        == "error: '/etc': must be relative to the project folder");
}

TEST_CASE("a search stops when its result is full, and says so") {
  const project p;
  std::string many;
  for (int i = 0; i < 20'000; ++i)
    many += "needle in line\n";
  p.scratch().write("many.txt", many);
  const std::string text = p.run("search_files", R"({"text":"needle"})");
  CHECK(text.size() <= bounds::tool_result_bytes_max);
  CHECK(text.find("; there may be more") != std::string::npos);
}

TEST_CASE("a file too large to read is passed over by a search") {
  const project p;
  p.scratch().write("big.txt", std::string(bounds::tool_file_bytes_max + 1, 'x') + "needle");
  CHECK(p.run("search_files", R"({"text":"needle"})") == "0 lines in 0 files contain \"needle\"\n");
}

TEST_CASE("a file that is not UTF-8 is still readable") {
  const project p;
  p.scratch().write("latin.txt", "caf\xE9\n");
  CHECK(p.run("read_file", R"({"path":"latin.txt"})")
        == "latin.txt, lines 1-1 of 1\n1: caf\uFFFD\n");
}
