#include "wire/anthropic/chat_request.hpp"

#include "wire/anthropic/content.hpp"
#include "wire/anthropic/schema.hpp"
#include "wire/anthropic/thinking.hpp"
#include "wire/anthropic/turns.hpp"
#include "wire/foreign_fields.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace spillway::wire::anthropic {
namespace {

using nlohmann::json;

/// Breakpoints of one request. Source:
/// https://platform.claude.com/docs/en/build-with-claude/prompt-caching (2026-10).
constexpr std::size_t cache_marks_max = 4;

constexpr std::string_view answer_in_json =
    "Answer with one JSON object and nothing else: no words around it, no code fence.";

/// The fields of the caller's body that we do not model.
json foreign_of(const chat_request& request) {
  return request.foreign.dialect == dialect ? members_of(request.foreign) : json::object();
}

json encode_tool(const tool_definition& tool, const model_traits& traits) {
  json out = {{"name", tool.name}, {"input_schema", encode_input_schema(tool.parameters_json)}};
  if (!tool.description.empty())
    out["description"] = tool.description;
  if (tool.strict.value_or(false) && traits.json_schema)
    out["strict"] = true;
  mark_cache(out, tool.cache);
  add_foreign(tool.foreign, {}, {dialect}, out);
  return out;
}

const char* choice_name(tool_choice_mode mode) {
  switch (mode) {
    case tool_choice_mode::automatic: return "auto";
    case tool_choice_mode::none: return "none";
    case tool_choice_mode::required: return "any";
    case tool_choice_mode::named: break;
  }
  return "tool";
}

/// A choice among some of the tools cannot be said, so the others are left out.
bool may_be_chosen(const tool_definition& tool, const std::optional<tool_choice>& choice) {
  return !choice || choice->allowed.empty()
         || std::ranges::find(choice->allowed, tool.name) != choice->allowed.end();
}

bool forces_call(const std::optional<tool_choice>& choice) {
  return choice
         && (choice->mode == tool_choice_mode::required || choice->mode == tool_choice_mode::named);
}

std::optional<tool_choice> admitted(std::optional<tool_choice> choice, const model_traits& traits) {
  if (forces_call(choice) && !traits.forced_tools)
    return tool_choice{};
  return choice;
}

json encode_choice(std::optional<tool_choice> choice, std::optional<bool> parallel) {
  const bool one_at_a_time = parallel == false;
  if (!choice && one_at_a_time)
    choice = tool_choice{};
  if (!choice)
    return {};
  json out = {{"type", choice_name(choice->mode)}};
  if (choice->mode == tool_choice_mode::named)
    out["name"] = choice->name;
  if (one_at_a_time && choice->mode != tool_choice_mode::none)
    out["disable_parallel_tool_use"] = true;
  return out;
}

/// One request on its way to being a body.
class request_encoder {
public:
  request_encoder(const chat_request& request, std::string_view model, const model_traits& traits)
      : request_{request}, traits_{traits}, foreign_(foreign_of(request)) {
    foreign_.erase(beta_header);
    turns_ = encode_turns(request.messages, model, traits);
    out_ = {{"model", model}};
  }

  /// What a count takes too.
  void take_prompt(token_count output_max) {
    take_tools();
    take_answer_shape();
    take_thinking(output_max);
    out_["messages"] = std::move(turns_.messages);
    take_system();
    bound_cache_marks();
  }

  void take_settings(token_count output_max, bool stream) {
    out_["max_tokens"] = output_max.value();
    take_sampling();
    if (!request_.stop.empty())
      out_["stop_sequences"] = request_.stop;
    if (!request_.user.empty())
      out_["metadata"] = {{"user_id", request_.user}};
    if (request_.tier == service_tier::priority)
      out_["service_tier"] = "auto";
    if (request_.choices != 1)
      out_["n"] = request_.choices;
    if (stream)
      out_["stream"] = true;
    take_foreign();
  }

  std::string text() const { return dump_json(out_); }

private:
  void take_tools() {
    for (const tool_definition& tool : request_.tools)
      if (may_be_chosen(tool, request_.choice))
        out_["tools"].push_back(encode_tool(tool, traits_));
    if (foreign_.contains("tools") && foreign_["tools"].is_array())
      for (json& tool : foreign_["tools"])
        out_["tools"].push_back(std::move(tool));
    foreign_.erase("tools");
    choice_ = out_.contains("tools") ? admitted(request_.choice, traits_) : std::nullopt;
  }

  void take_answer_shape() {
    if (request_.response_schema_json.empty())
      return take_choice();
    auto parsed = parse_json(request_.response_schema_json);
    const json schema = parsed ? std::move(parsed).value() : json(request_.response_schema_json);
    if (admits_any_object(schema))
      turns_.system.push_back(text_block(answer_in_json));
    else if (traits_.json_schema)
      out_["output_config"]["format"] = {{"type", "json_schema"},
                                         {"schema", encode_output_schema(schema)}};
    else
      take_reply_tool(schema);
    take_choice();
  }

  /// The answer becomes the input of a tool; with other tools there the model may call those first.
  void take_reply_tool(const json& schema) {
    const bool alone = !out_.contains("tools")
                       || (choice_ && choice_->mode == tool_choice_mode::none);
    out_["tools"].push_back({{"name", reply_tool},
                             {"description", "Gives the answer to the user."},
                             {"input_schema", schema}});
    choice_ = alone ? tool_choice{tool_choice_mode::named, std::string{reply_tool}}
                    : tool_choice{tool_choice_mode::required, {}};
  }

  void take_choice() {
    if (json choice = encode_choice(choice_, tool_calls_parallel()); !choice.is_null())
      out_["tool_choice"] = std::move(choice);
  }

  std::optional<bool> tool_calls_parallel() const {
    return out_.contains("tools") ? request_.parallel_tool_calls : std::nullopt;
  }

  void take_thinking(token_count output_max) {
    const thinking_plan plan =
        plan_thinking(request_, foreign_, traits_,
                      {output_max, forces_call(choice_), turns_.loop_without_thoughts});
    if (!plan.thinking.is_null())
      out_["thinking"] = plan.thinking;
    if (!plan.effort.empty())
      out_["output_config"]["effort"] = plan.effort;
    thinks_ = plan.thinks();
    foreign_.erase("thinking");
    if (const auto own = foreign_.find("output_config"); own != foreign_.end() && own->is_object())
      own->erase("effort");
  }

  void take_system() {
    json& blocks = turns_.system;
    if (blocks.empty())
      return;
    const bool plain = blocks.size() == 1 && !blocks[0].contains("cache_control");
    out_["system"] = plain ? blocks[0]["text"] : std::move(blocks);
  }

  void take_sampling() {
    // A model that thinks refuses any of them.
    if (!traits_.sampling || thinks_)
      return;
    if (request_.temperature)
      out_["temperature"] = std::clamp(*request_.temperature, 0.0, 1.0);
    if (request_.top_p && !(traits_.one_sampler && request_.temperature))
      out_["top_p"] = *request_.top_p;
    if (request_.top_k)
      out_["top_k"] = *request_.top_k;
  }

  void bound_cache_marks() {
    std::vector<json*> marked;
    const auto look_at = [&](json& list) {
      for (json& block : list)
        if (block.contains("cache_control"))
          marked.push_back(&block);
    };
    if (out_.contains("tools"))
      look_at(out_["tools"]);
    if (out_.contains("system") && out_["system"].is_array())
      look_at(out_["system"]);
    for (json& turn : out_["messages"])
      look_at(turn["content"]);
    const std::size_t allowed = cache_marks_max - (foreign_.contains("cache_control") ? 1 : 0);
    for (std::size_t i = 0; i + allowed < marked.size(); ++i)
      marked[i]->erase("cache_control");
  }

  /// Fields that are there already keep what they say.
  void take_foreign() {
    for (auto& [name, value] : foreign_.items()) {
      if (out_.contains(name) && out_[name].is_object() && value.is_object())
        out_[name].insert(value.begin(), value.end());
      else
        add_foreign_member(name, std::move(value), out_);
    }
  }

  const chat_request& request_;
  const model_traits& traits_;
  json foreign_;
  encoded_turns turns_;
  std::optional<tool_choice> choice_;
  bool thinks_ = false;
  json out_;
};

} // namespace

std::string encode_chat_request(const chat_request& request, std::string_view model,
                                token_count output_max, const request_options& options) {
  const token_count bound =
      output_max > token_count{} ? output_max : options.traits.output_max;
  request_encoder encoder{request, model, options.traits};
  encoder.take_prompt(bound);
  encoder.take_settings(bound, options.stream);
  return encoder.text();
}

std::string beta_of(const chat_request& request) {
  const json fields = foreign_of(request);
  const auto beta = fields.find(beta_header);
  return beta != fields.end() && beta->is_string() ? beta->get<std::string>() : std::string{};
}

std::string encode_count_request(const chat_request& request, std::string_view model,
                                 const request_options& options) {
  request_encoder encoder{request, model, options.traits};
  encoder.take_prompt(options.traits.output_max);
  return encoder.text();
}

} // namespace spillway::wire::anthropic
