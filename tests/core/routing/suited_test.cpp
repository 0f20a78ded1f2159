#include "core/routing/suited.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::routing;
using effort = reasoning_effort;

namespace {

std::shared_ptr<const chat_request> asking(std::optional<effort> e,
                                           std::optional<double> temperature = {}) {
  auto request = std::make_shared<chat_request>();
  request->effort = e;
  request->temperature = temperature;
  return request;
}

using names = std::vector<std::string>;

} // namespace

TEST_CASE("A request that a model takes as it is stays the same object", "[routing]") {
  const auto plain = asking(effort::high, 0.2);
  CHECK(suited({}, plain) == plain);
  CHECK(unsuited({}, *plain).empty());
  const auto silent = asking({}, {});
  const capabilities little{.temperature = false, .reasoning = false, .efforts = {effort::low}};
  CHECK(suited(little, silent) == silent);
  const auto fitting = asking(effort::low);
  CHECK(suited({.efforts = {effort::low}}, fitting) == fitting);
}

TEST_CASE("Of the efforts that a model takes the nearest is asked for", "[routing]") {
  const std::vector<effort> old = {effort::low, effort::medium, effort::high};
  const auto [taken, wanted, expected] = GENERATE_COPY(table<std::vector<effort>, effort, effort>({
      {old, effort::none, effort::low},
      {old, effort::minimal, effort::low},
      {old, effort::medium, effort::medium},
      {old, effort::max, effort::high},
      {{effort::none, effort::low}, effort::minimal, effort::low},
      {{effort::high}, effort::none, effort::high},
  }));
  const auto changed = suited({.efforts = taken}, asking(wanted, 0.2));
  CHECK(changed->effort == expected);
  CHECK(changed->temperature == 0.2);
}

TEST_CASE("A model that does not think is not told to", "[routing]") {
  const capabilities can{.reasoning = false};
  auto request = std::make_shared<chat_request>();
  request->reasoning_tokens_max = token_count{1000};
  request->show_reasoning = true;
  const auto changed = suited(can, request);
  CHECK_FALSE(changed->reasoning_tokens_max);
  CHECK_FALSE(changed->show_reasoning);
  CHECK(unsuited(can, *request) == names{"reasoning_effort"});
  CHECK_FALSE(suited(can, asking(effort::none))->effort);
  CHECK(unsuited(can, *asking(effort::none)).empty());
}

TEST_CASE("A model that takes its own temperature only is told none, unless it is not to think",
          "[routing]") {
  const capabilities can{.temperature = false};
  auto request = std::make_shared<chat_request>();
  request->temperature = 0.2;
  request->top_p = 0.9;
  CHECK_FALSE(suited(can, request)->temperature);
  CHECK_FALSE(suited(can, request)->top_p);
  CHECK(unsuited(can, *request) == names{"temperature", "top_p"});
  CHECK(suited(can, asking(effort::none, 0.2))->temperature == 0.2);
  CHECK(unsuited(can, *asking(effort::none, 0.2)).empty());
}
