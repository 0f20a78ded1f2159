#include "gateway/chat_completions.hpp"

#include "core/bounds.hpp"
#include "gateway/error_reply.hpp"
#include "wire/openai/chat_reply.hpp"
#include "wire/openai/chat_request.hpp"

#include <charconv>
#include <chrono>
#include <string_view>
#include <utility>

namespace spillway::gateway {
namespace {

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> items;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view item = list.substr(0, comma);
    item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
    item.remove_suffix(item.size() - (item.find_last_not_of(' ') + 1));
    if (!item.empty())
      items.emplace_back(item);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return items;
}

result<duration> read_deadline(std::string_view text) {
  std::int64_t ms = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), ms);
  constexpr std::int64_t most =
      std::chrono::duration_cast<std::chrono::milliseconds>(bounds::deadline_max).count();
  if (failed != std::errc{} || end != text.data() + text.size() || ms < 1 || ms > most)
    return error{"x-spillway-deadline-ms must be a whole number from 1 to " + std::to_string(most)};
  return duration{std::chrono::milliseconds{ms}};
}

call_labels read_labels(const wire::http_headers& headers, std::string user) {
  call_labels labels;
  labels.team = headers.find("x-spillway-team");
  labels.session = headers.find("x-spillway-session");
  labels.run = headers.find("x-spillway-run");
  labels.trace_name = headers.find("x-spillway-trace");
  labels.user = headers.find("x-spillway-user");
  if (labels.user.empty())
    labels.user = std::move(user);
  labels.tags = split(headers.find("x-spillway-tags"));
  return labels;
}

} // namespace

result<chat_call> read_chat_call(const wire::http_request& request) {
  auto decoded = wire::openai::decode_chat_request(request.body);
  if (!decoded)
    return decoded.failure();
  chat_call call;
  call.stream = decoded->stream;
  call.include_usage = decoded->include_usage;
  call.request.target = std::move(decoded->model);
  call.request.chat = std::make_shared<const chat_request>(std::move(decoded->request));
  call.request.labels = read_labels(request.headers, std::move(decoded->user));
  call.request.allow_fallback = request.headers.find("x-spillway-fallback") != "false";
  if (const auto text = request.headers.find("x-spillway-deadline-ms"); !text.empty()) {
    const auto deadline = read_deadline(text);
    if (!deadline)
      return deadline.failure();
    call.request.deadline = *deadline;
  }
  return call;
}

std::string completion_name(request_id id) {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, id.value, 16).ptr;
  return "chatcmpl-" + std::string{digits, end};
}

void add_spillway_headers(wire::http_headers& headers, const completion_reply& m) {
  using std::chrono::milliseconds;
  headers.add("x-spillway-request-id", completion_name(m.id));
  if (!m.model.empty())
    headers.add("x-spillway-model", m.model.value);
  headers.add("x-spillway-cost-usd", to_decimal_usd(m.cost.total));
  const auto waited = std::chrono::duration_cast<milliseconds>(m.waited).count();
  headers.add("x-spillway-waited-ms", std::to_string(waited));
  headers.add("x-spillway-attempts", std::to_string(m.attempts.size()));
}

wire::http_response to_response(const completion_reply& m, wall_time now) {
  wire::http_response response;
  if (m.status == completion_status::answered) {
    response.headers.add("Content-Type", "application/json");
    response.body = wire::openai::encode_chat_reply(*m.reply, completion_name(m.id), now);
  } else {
    response = error_reply(m);
  }
  add_spillway_headers(response.headers, m);
  return response;
}

} // namespace spillway::gateway
