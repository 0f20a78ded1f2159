#include "wire/gemini/turns.hpp"

#include "wire/gemini/field.hpp"
#include "wire/gemini/part.hpp"

#include <algorithm>
#include <map>

namespace spillway::wire::gemini {
namespace {

using nlohmann::json;

/// Stands in for a signature of a call that another vendor's model made: "skip_thought_signature_
/// validator" in base64. Source: https://ai.google.dev/gemini-api/docs/thought-signatures
/// (2026-10).
constexpr const char* no_signature = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=";

constexpr const char* own_id_mark = "call_";

bool is_instruction(const chat_message& m) {
  return m.role == chat_role::system || m.role == chat_role::developer;
}

/// Ids of ours, of OpenAI's and of Anthropic's: Gemini gave none of them, and matches by order.
bool is_foreign_id(const std::string& id) {
  return id.empty() || id.starts_with(own_id_mark) || id.starts_with("toolu_")
         || id.starts_with("chatcmpl-");
}

class turn_encoder {
public:
  turn_encoder(const std::vector<chat_message>& messages, const model_traits& model)
      : messages_{messages}, model_{model} {}

  encoded_turns encode();

private:
  json& parts_of(const char* role);
  void add_instruction(const chat_message& m, bool at_start);
  void add_content(const chat_message& m, json& parts) const;
  void add_assistant(const chat_message& m);
  std::size_t add_results(std::size_t first);
  std::string name_of(const chat_message& result) const;

  const std::vector<chat_message>& messages_;
  const model_traits& model_;
  encoded_turns out_;
  std::vector<tool_call> calls_; ///< of the latest turn that has some
  std::map<std::string, std::string> names_by_id_;
};

encoded_turns turn_encoder::encode() {
  bool at_start = true;
  for (std::size_t i = 0; i < messages_.size();) {
    const chat_message& m = messages_[i];
    at_start = at_start && is_instruction(m);
    if (m.role == chat_role::tool) {
      i = add_results(i);
      continue;
    }
    if (is_instruction(m))
      add_instruction(m, at_start);
    else if (m.role == chat_role::assistant)
      add_assistant(m);
    else
      add_content(m, parts_of("user"));
    ++i;
  }
  const bool user_first = !out_.contents.empty() && out_.contents.front()["role"] == "user";
  const json blank = {{"role", "user"}, {"parts", json::array({encode_text(" ")})}};
  if (!user_first)
    out_.contents.insert(out_.contents.begin(), blank);
  return std::move(out_);
}

/// Of the last turn if it is this role's, else of a new one. Results of tools stand alone.
json& turn_encoder::parts_of(const char* role) {
  json& contents = out_.contents;
  const bool goes_on = !contents.empty() && contents.back()["role"] == role
                       && !contents.back()["parts"].front().contains("functionResponse");
  if (!goes_on)
    contents.push_back({{"role", role}, {"parts", json::array()}});
  return contents.back()["parts"];
}

void turn_encoder::add_instruction(const chat_message& m, bool at_start) {
  const std::string text = plain_text(m);
  if (text.empty())
    return;
  if (at_start)
    out_.system_parts.push_back(encode_text(text));
  else
    parts_of("user").push_back(encode_text("<system>\n" + text + "\n</system>"));
}

/// Gemini takes no empty text. A turn of the user that says nothing is a blank.
void turn_encoder::add_content(const chat_message& m, json& parts) const {
  const std::size_t before = parts.size();
  if (!m.text.empty())
    parts.push_back(encode_text(m.text));
  for (const content_part& part : m.parts)
    if (part.what == content_part::kind::text && !part.text.empty())
      parts.push_back(encode_text(part.text));
    else if (part.what != content_part::kind::text)
      if (json media = encode_media(part); !media.is_null())
        parts.push_back(std::move(media));
  if (!m.refusal.empty())
    parts.push_back(encode_text(m.refusal));
  if (parts.size() == before && m.role == chat_role::user)
    parts.push_back(encode_text(" "));
}

void turn_encoder::add_assistant(const chat_message& m) {
  json parts = json::array();
  add_content(m, parts);
  // The text of thoughts is for people; what the model reads again is the signature, which it gave
  // with the answer.
  std::string signature;
  for (const reasoning_block& block : m.reasoning)
    if (block.dialect == "gemini" && !block.signature.empty())
      signature = block.signature;
  if (!signature.empty() && parts.empty())
    parts.push_back(encode_text(""));
  if (!signature.empty())
    parts.back()["thoughtSignature"] = signature;
  // Only the first of parallel calls has a signature, so only the first lacks one.
  bool is_first = true;
  for (const tool_call& call : m.tool_calls) {
    json part = encode_call(call);
    if (!is_foreign_id(call.id))
      part["functionCall"]["id"] = call.id;
    if (is_first && call.signature.empty() && model_.wants_signatures)
      part["thoughtSignature"] = no_signature;
    is_first = false;
    parts.push_back(std::move(part));
    names_by_id_[call.id] = call.name;
  }
  if (!m.tool_calls.empty())
    calls_ = m.tool_calls;
  if (parts.empty())
    return;
  json& turn = parts_of("model");
  turn.insert(turn.end(), parts.begin(), parts.end());
}

std::string turn_encoder::name_of(const chat_message& result) const {
  const auto known = names_by_id_.find(result.tool_call_id);
  if (known != names_by_id_.end())
    return known->second;
  return result.name.empty() ? result.tool_call_id : result.name;
}

/// Without ids a result belongs to the call at its place, so the order of the calls is kept.
std::size_t turn_encoder::add_results(std::size_t first) {
  std::size_t end = first;
  while (end < messages_.size() && messages_[end].role == chat_role::tool)
    ++end;
  std::vector<const chat_message*> results;
  for (std::size_t i = first; i < end; ++i)
    results.push_back(&messages_[i]);
  const auto place = [&](const chat_message* result) {
    return std::ranges::find(calls_, result->tool_call_id, &tool_call::id) - calls_.begin();
  };
  std::ranges::stable_sort(results, {}, place);
  json parts = json::array();
  for (const chat_message* result : results) {
    json part = encode_result(*result, name_of(*result), model_.media_in_results);
    if (!is_foreign_id(result->tool_call_id))
      part["functionResponse"]["id"] = result->tool_call_id;
    parts.push_back(std::move(part));
  }
  out_.contents.push_back({{"role", "user"}, {"parts", std::move(parts)}});
  return end;
}

class turn_decoder {
public:
  std::vector<chat_message> decode(const json_node& contents, const json_node& system);

private:
  void add_model_turn(const json_node& content);
  void add_user_turn(const json_node& content);
  void add_result(tool_result result);

  std::vector<chat_message> messages_;
  std::vector<tool_call> unanswered_;
  std::size_t calls_seen_ = 0;
};

/// Text alone is a text; with anything else it is a part.
void settle(std::vector<content_part> parts, chat_message& m) {
  const bool plain = parts.size() == 1 && parts.front().what == content_part::kind::text;
  if (plain)
    m.text = std::move(parts.front().text);
  else
    m.parts = std::move(parts);
}

std::vector<chat_message> turn_decoder::decode(const json_node& contents,
                                               const json_node& system) {
  refuse_unknown(system, {"role", "parts"});
  for (const json_node& part : items(system["parts"])) {
    check_part(part);
    messages_.push_back({chat_role::system, part["text"].text(), {}, {}, {}});
  }
  for (const json_node& content : items(contents)) {
    refuse_unknown(content, {"role", "parts"});
    const std::string role = content["role"].text_or("user");
    if (role == "model")
      add_model_turn(content);
    else if (role == "user" || role == "function")
      add_user_turn(content);
    else
      content["role"].reject("must be user or model");
  }
  return std::move(messages_);
}

void turn_decoder::add_model_turn(const json_node& content) {
  chat_message m;
  m.role = chat_role::assistant;
  std::vector<content_part> said;
  for (const json_node& node : items(content["parts"])) {
    check_part(node);
    decoded_part part = decode_part(node);
    if (part.call) {
      part.call->signature = part.signature;
      if (part.call->id.empty())
        part.call->id = synthetic_call_id("turn", calls_seen_);
      ++calls_seen_;
      m.tool_calls.push_back(std::move(*part.call));
    } else if (part.is_thought || !part.signature.empty()) {
      const std::string thought = part.is_thought ? part.text : std::string{};
      m.reasoning.push_back({thought, part.signature, {}, "gemini"});
    }
    if (part.media)
      said.push_back(std::move(*part.media));
    else if (!part.is_thought && !part.text.empty())
      said.push_back({content_part::kind::text, std::move(part.text)});
  }
  settle(std::move(said), m);
  unanswered_ = m.tool_calls;
  messages_.push_back(std::move(m));
}

void turn_decoder::add_user_turn(const json_node& content) {
  std::vector<content_part> said;
  const std::vector<json_node> parts = items(content["parts"]);
  if (parts.empty())
    content["parts"].reject("must hold at least one part");
  for (const json_node& node : parts) {
    check_part(node);
    decoded_part part = decode_part(node);
    if (part.result)
      add_result(std::move(*part.result));
    else if (part.media)
      said.push_back(std::move(*part.media));
    else
      said.push_back({content_part::kind::text, std::move(part.text)});
  }
  if (said.empty())
    return;
  chat_message m;
  settle(std::move(said), m);
  messages_.push_back(std::move(m));
}

void turn_decoder::add_result(tool_result result) {
  const auto called = std::ranges::find_if(unanswered_, [&](const tool_call& call) {
    return result.call_id.empty() ? call.name == result.name : call.id == result.call_id;
  });
  chat_message m;
  m.role = chat_role::tool;
  m.tool_call_id = result.call_id;
  if (called != unanswered_.end()) {
    m.tool_call_id = called->id;
    unanswered_.erase(called);
  }
  m.name = result.name;
  m.is_error = result.is_error;
  m.text = std::move(result.text);
  if (!result.media.empty()) {
    m.parts = std::move(result.media);
    m.parts.insert(m.parts.begin(), {content_part::kind::text, std::exchange(m.text, {})});
  }
  messages_.push_back(std::move(m));
}

} // namespace

encoded_turns encode_turns(const std::vector<chat_message>& messages, const model_traits& model) {
  return turn_encoder{messages, model}.encode();
}

std::vector<chat_message> decode_turns(const json_node& contents, const json_node& system) {
  return turn_decoder{}.decode(contents, system);
}

std::string synthetic_call_id(std::string_view reply, std::size_t index) {
  return own_id_mark + std::string{reply} + '_' + std::to_string(index);
}

} // namespace spillway::wire::gemini
