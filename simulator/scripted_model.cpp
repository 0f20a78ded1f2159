#include "simulator/scripted_model.hpp"

#include "simulator/answer_text.hpp"
#include "simulator/schema_sample.hpp"
#include "simulator/token_size.hpp"
#include "simulator/vendor_ids.hpp"

#include <algorithm>

namespace spillway::simulator {
namespace {

bool learnt_anything(const findings& found) {
  return !found.paths.empty() || !found.files.empty() || !found.searches.empty()
         || !found.others.empty() || !found.failures.empty();
}

std::int64_t draw_answer_tokens(const script_options& options, chance& source) {
  SPILLWAY_ASSERT(options.answer_tokens_min > 0
                  && options.answer_tokens_min <= options.answer_tokens_max);
  const auto spread =
      static_cast<std::uint64_t>(options.answer_tokens_max - options.answer_tokens_min + 1);
  return options.answer_tokens_min + static_cast<std::int64_t>(source.next_below(spread));
}

std::string write_answer(const chat_request& request, const findings& found,
                         const script_options& options, chance& source) {
  if (!request.response_schema_json.empty())
    return sample_json(request.response_schema_json,
                       {{}, {}, std::string{cut_to_tokens(found.question, token_count{16})}});
  if (learnt_anything(found))
    return answer_from_findings(found);
  const auto bytes = draw_answer_tokens(options, source) * bytes_per_token;
  return answer_from_question(found.question, static_cast<std::size_t>(bytes));
}

void stop_at(std::string& text, const std::vector<std::string>& stops) {
  for (const std::string& stop : stops)
    if (!stop.empty())
      text.resize(std::min(text.size(), text.find(stop)));
}

/// Cuts a reply that is larger than the request allows.
void enforce_output_bound(chat_reply& reply, const chat_request& request) {
  if (!request.output_tokens_max || output_tokens(reply.message) <= *request.output_tokens_max)
    return;
  reply.message.tool_calls.clear();
  reply.message.text = cut_to_tokens(reply.message.text, *request.output_tokens_max);
  reply.finish = finish_reason::length;
}

chat_reply compose_one(const chat_request& request, const script_options& options) {
  chance source{options.seed ^ fingerprint(request)};
  const findings found = gather_findings(request);
  chat_reply reply;
  reply.message.role = chat_role::assistant;
  reply.message.tool_calls = plan_tool_calls(request, found, options.tools, options.seed);
  for (tool_call& call : reply.message.tool_calls)
    call.id = make_tool_call_id(source);
  if (reply.message.tool_calls.empty()) {
    reply.message.text = write_answer(request, found, options, source);
    stop_at(reply.message.text, request.stop);
  } else {
    reply.finish = finish_reason::tool_calls;
  }
  enforce_output_bound(reply, request);
  reply.finish_native = to_string(reply.finish);
  reply.usage.input = billed_tokens(request);
  reply.usage.output = reply.finish == finish_reason::length ? *request.output_tokens_max
                                                             : output_tokens(reply.message);
  return reply;
}

} // namespace

chat_reply compose_reply(const chat_request& request, const script_options& options) {
  chat_reply reply = compose_one(request, options);
  script_options again = options;
  for (int i = 1; i < request.choices; ++i) {
    ++again.seed;
    chat_reply other = compose_one(request, again);
    reply.usage.output += other.usage.output;
    reply.alternatives.push_back(
        {std::move(other.message), {}, other.finish, std::move(other.finish_native)});
  }
  return reply;
}

} // namespace spillway::simulator
