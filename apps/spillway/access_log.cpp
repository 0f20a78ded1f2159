#include "apps/spillway/access_log.hpp"

#include "gateway/caller.hpp"
#include "wire/access/access_line.hpp"
#include "wire/access/key_text.hpp"

#include <chrono>
#include <memory>
#include <utility>
#include <variant>

namespace spillway::apps {
namespace {

/// What is known when the head has come.
wire::access_entry begin_entry(const wire::http_request& request, wall_time at) {
  wire::access_entry e;
  e.at = at;
  e.method = request.method;
  e.path = request.target.substr(0, request.target.find('?'));
  e.key = wire::key_id_in(gateway::key_in(request.headers));
  e.request_bytes = request.body.size();
  return e;
}

void add_head(wire::access_entry& e, const transport::http_server_reply& reply) {
  if (const auto* whole = std::get_if<wire::http_response>(&reply)) {
    e.status = whole->status;
    e.reply = whole->headers;
    e.reply_bytes = whole->body.size();
  } else if (const auto* streamed = std::get_if<transport::http_streamed_reply>(&reply)) {
    e.status = streamed->status;
    e.reply = streamed->headers;
    e.streamed = true;
  }
}

void add_end(wire::access_entry& e, const transport::http_body::summary& how) {
  for (const auto& [name, value] : how.fields)
    e.reply.add(name, value);
  e.reply_bytes = how.bytes;
  e.cut = !how.whole;
}

} // namespace

transport::http_handler with_access_log(transport::http_handler handler, wall_clock wall,
                                        std::shared_ptr<const access_log> log) {
  using std::chrono::steady_clock;
  return [=](wire::http_request request, const transport::http_responder& reply) {
    if (!log->is_on)
      return handler(std::move(request), reply);
    const mono_time began = steady_clock::now();
    const auto entry = std::make_shared<wire::access_entry>(
        begin_entry(request, wall_clock{wall}(began)));
    const auto tell = [=](transport::http_server_reply answer) {
      entry->took = steady_clock::now() - began;
      add_head(*entry, answer);
      if (const auto* streamed = std::get_if<transport::http_streamed_reply>(&answer)) {
        entry->first_word = entry->took;
        streamed->body->on_end([=](const transport::http_body::summary& how) {
          entry->took = steady_clock::now() - began;
          add_end(*entry, how);
          log->write(wire::encode_access(*entry));
        });
      } else {
        log->write(wire::encode_access(*entry));
      }
      reply(std::move(answer));
    };
    handler(std::move(request),
            transport::http_responder{
                tell, [reply](std::function<void()> gone) { reply.on_gone(std::move(gone)); }});
  };
}

} // namespace spillway::apps
