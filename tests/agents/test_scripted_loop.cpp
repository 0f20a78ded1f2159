#include "agents/file_tools.hpp"
#include "agents/toolbox.hpp"
#include "simulator/scripted_model.hpp"
#include "tests/agents/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>

using namespace spillway;
using namespace spillway::agents;
using spillway::agents::testing::scratch_folder;

TEST_CASE("the scripted model and the file tools understand each other") {
  scratch_folder project;
  for (int i = 0; i < 6; ++i)
    project.write("src/part_" + std::to_string(i) + ".cpp",
                  "int run_part();\n\n// TODO: part " + std::to_string(i) + "\n");
  const auto root = confined_folder::open(project.path());
  REQUIRE(root);
  toolbox box;
  REQUIRE(box.add(make_file_tools(*root)));

  chat_request request;
  request.messages = {{chat_role::user, "Study this project.", {}, {}, {}}};
  request.tools = box.definitions();
  std::set<std::string> used;
  chat_reply reply;
  for (int turn = 0; turn < 8; ++turn) {
    reply = simulator::compose_reply(request, {});
    if (reply.message.tool_calls.empty())
      break;
    request.messages.push_back(reply.message);
    for (const tool_call& call : reply.message.tool_calls) {
      const tool_result seen = box.run(call);
      INFO(call.name << call.arguments_json << seen.text);
      REQUIRE_FALSE(seen.failed);
      used.insert(call.name);
      request.messages.push_back({chat_role::tool, seen.text, {}, {}, call.id});
    }
  }

  CHECK(used == std::set<std::string>{"list_files", "read_file", "search_files"});
  const std::string& answer = reply.message.text;
  CHECK(answer.find("The listing names 6 files.") != std::string::npos);
  CHECK(answer.find(".cpp` has 3 lines and mentions `run_part`.") != std::string::npos);
  CHECK(answer.find("Note there: 3: // TODO: part ") != std::string::npos);
  CHECK(
      answer.find("Searching for `run_part` gave 6 lines, first: src/part_0.cpp:1: int run_part();")
      != std::string::npos);
}
