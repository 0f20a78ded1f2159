#pragma once

#include "core/catalog.hpp"
#include "core/chat.hpp"
#include "core/money/ledger.hpp"
#include "core/routing/selection.hpp"

#include <memory>
#include <vector>

/// The same work for every contestant: one model with every limit on, none of them in the way,
/// three budgets, a small prompt and an answer that is there at once.
namespace bench {

struct workload {
  std::shared_ptr<const spillway::catalog> models;
  spillway::routing::route route;
  std::vector<spillway::money::budget_rule> budgets;
  std::shared_ptr<const spillway::chat_request> chat;
  std::shared_ptr<const spillway::chat_reply> answer;
};

inline workload make_workload() {
  using namespace spillway;
  constexpr std::int64_t not_in_the_way = 1'000'000'000'000;
  model_entry m;
  m.id = {"model"};
  m.provider = {"fake"};
  m.upstream_name = "model";
  m.context_max = token_count{128'000};
  m.output_max = token_count{1'000};
  m.limits.requests_per_minute = not_in_the_way;
  m.limits.tokens_per_minute = not_in_the_way;
  m.limits.concurrent_requests = not_in_the_way;
  m.pricing = {{{wall_time{}, {150'000'000, 75'000'000, 150'000'000, 600'000'000}, {}}}};
  workload w;
  w.models = std::make_shared<const catalog>(std::vector{m});
  w.route = {"default", {{"model"}}};
  const nano_usd plenty{1'000'000LL * nano_usd_per_usd};
  w.budgets = {{"global", "", money::period::day, plenty},
               {"global", "", money::period::month, plenty},
               {"team", "", money::period::day, plenty}};
  auto chat = std::make_shared<chat_request>();
  chat->messages.push_back({chat_role::user, std::string(400, 'x'), {}, {}, {}});
  chat->output_tokens_max = token_count{100};
  w.chat = std::move(chat);
  auto answer = std::make_shared<chat_reply>();
  answer->message = {chat_role::assistant, std::string(200, 'y'), {}, {}, {}};
  answer->usage.input = token_count{100};
  answer->usage.output = token_count{50};
  w.answer = std::move(answer);
  return w;
}

} // namespace bench
