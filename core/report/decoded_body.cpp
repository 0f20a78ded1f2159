#include "core/report/decoded_body.hpp"

namespace spillway::report {

std::optional<finish_reason> finish_told(const decoded_body& body) {
  if (body.failure && body.reply.finish_native.empty())
    return std::nullopt;
  return body.reply.finish;
}

std::string shown_reasoning(const chat_message& message) {
  std::string text;
  for (const reasoning_block& block : message.reasoning)
    if (!block.text.empty())
      text += (text.empty() ? "" : "\n") + block.text;
  return text;
}

std::string limit_scope(const call_failure& failure) {
  if (failure.refused_by)
    return to_string(*failure.refused_by);
  return failure.kind == failure_kind::quota_exhausted ? "account" : "";
}

} // namespace spillway::report
