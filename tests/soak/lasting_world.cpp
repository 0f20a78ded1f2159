#include "tests/soak/lasting_world.hpp"

#include "runtime/local_world.hpp"
#include "simulator/chance.hpp"
#include "simulator/openai_request.hpp"
#include "simulator/token_size.hpp"
#include "tests/soak/record.hpp"
#include "tests/soak/soak_settings.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>

namespace spillway::soak {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr std::string_view lease_attribute = "langfuse.observation.metadata.lease";

std::uint64_t number_in(std::string_view text) {
  std::uint64_t n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

std::uint64_t lease_of(const json& span) {
  for (const json& attribute : span.at("attributes"))
    if (attribute.at("key") == lease_attribute)
      return number_in(attribute.at("value").at("stringValue").get<std::string>());
  return 0;
}

/// Writes down what passes. Used on the world's only thread.
class observer {
public:
  observer(const std::string& path, std::uint64_t seed) : out_{path}, chance_{seed} {}

  transport::http_handler around_provider(transport::http_handler inner);
  transport::http_handler around_receiver(transport::http_handler inner);
  void note_refusals(std::uint64_t count) { out_.note_refusals(count); }

private:
  std::size_t note_call(const wire::http_request& request);
  void note_reply(std::size_t call, const transport::http_server_reply& reply);
  void note_spans(const std::string& body);

  record_writer out_;
  simulator::chance chance_;
};

std::size_t observer::note_call(const wire::http_request& request) {
  provider_call call;
  call.lease = number_in(request.headers.find("X-Client-Request-Id"));
  call.arrived_ns = to_unix_nanos(std::chrono::steady_clock::now());
  if (const auto asked = simulator::read_chat_call(request.body)) {
    call.model = asked->model;
    call.charged =
        simulator::charge_of(simulator::charge_formula::input_plus_output_max,
                             simulator::input_tokens(asked->chat), asked->chat.output_tokens_max);
  }
  return out_.note_call(call);
}

void observer::note_reply(std::size_t call, const transport::http_server_reply& reply) {
  const auto* response = std::get_if<wire::http_response>(&reply);
  if (response == nullptr)
    return;
  const json body = json::parse(response->body, nullptr, false);
  const bool billed = response->status == 200 && body.is_object() && body.contains("usage");
  out_.note_reply(call, response->status,
                  billed ? body["usage"]["prompt_tokens"].get<std::int64_t>() : 0,
                  billed ? body["usage"]["completion_tokens"].get<std::int64_t>() : 0);
}

transport::http_handler observer::around_provider(transport::http_handler inner) {
  return [this, inner](wire::http_request request, transport::http_responder reply) {
    const std::size_t call = note_call(request);
    inner(std::move(request),
          transport::http_responder{[this, call, reply](transport::http_server_reply answer) {
            note_reply(call, answer);
            reply(std::move(answer));
          }});
  };
}

void observer::note_spans(const std::string& body) {
  const json exported = json::parse(body);
  for (const json& group : exported.at("resourceSpans"))
    for (const json& scope : group.at("scopeSpans"))
      for (const json& span : scope.at("spans"))
        out_.note_span({lease_of(span), simulator::fingerprint(span.dump())});
}

transport::http_handler observer::around_receiver(transport::http_handler inner) {
  return [this, inner](wire::http_request request, const transport::http_responder& reply) {
    const std::string body = request.body;
    inner(std::move(request),
          transport::http_responder{[this, body, reply](transport::http_server_reply answer) {
            const auto* response = std::get_if<wire::http_response>(&answer);
            if (response != nullptr && response->status == 200)
              note_spans(body);
            if (chance_.happens(0.1))
              return reply(transport::http_connection_fault::reset);
            reply(std::move(answer));
          }});
  };
}

} // namespace

int run_lasting_world(const lasting_world_options& options) {
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  sigprocmask(SIG_BLOCK, &end, nullptr);
  observer seen{options.record, options.seed};
  config::settings settings = soak_settings(options.points);
  runtime::local_world_options world;
  world.seed = options.seed;
  world.latency = {15ms, 0.6, 2ms, 300ms};
  world.faults = {{simulator::fault_kind::server_error, {}, 1, 0, 0.02, {}},
                  {simulator::fault_kind::reset, {}, 1, 0, 0.01, {}}};
  world.around_provider = [&](auto inner) { return seen.around_provider(std::move(inner)); };
  world.around_receiver = [&](auto inner) { return seen.around_receiver(std::move(inner)); };
  auto started = runtime::local_world::start(settings, std::move(world));
  if (!started) {
    std::fprintf(stderr, "soak: %s\n", started.failure().message.c_str());
    return 1;
  }
  std::printf("%u %u\n", settings.providers.front().url.port, settings.langfuse.url.port);
  std::fflush(stdout);
  int signal = 0;
  sigwait(&end, &signal);
  const std::uint64_t refused = (*started)->provider().refused_by_limits();
  started->reset();
  seen.note_refusals(refused);
  return 0;
}

} // namespace spillway::soak
