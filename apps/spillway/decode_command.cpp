#include "apps/spillway/decode_command.hpp"

#include "apps/spillway/config_choice.hpp"
#include "apps/spillway/text_input.hpp"
#include "core/bounds.hpp"
#include "core/catalog.hpp"
#include "core/report/decoded_body.hpp"
#include "providers/recorded_body.hpp"
#include "providers/registry.hpp"
#include "wire/decoded_body_json.hpp"
#include "wire/duration.hpp"
#include "wire/recorded_head.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <utility>

namespace spillway::apps {
namespace {

struct decode_options {
  std::string file;
  std::string provider;
  std::string headers_file;
  std::string config_file;
  int status = 0; ///< 0: that of the headers, else 200
  std::size_t chunk = 16 * 1024;
  bool stream = false;
  bool json = false;
};

/// Hands out the bytes of a file, or of standard input for "-", in pieces of at most `piece` bytes.
result<void> read_pieces(const std::string& path, std::size_t piece,
                         const std::function<void(std::string_view)>& take) {
  return read_to_end(path, [&](std::string_view bytes) -> result<void> {
    for (std::size_t at = 0; at < bytes.size(); at += piece)
      take(bytes.substr(at, piece));
    return {};
  });
}

result<wire::recorded_head> read_head(const std::string& path) {
  if (path.empty())
    return wire::recorded_head{};
  std::string text;
  const auto read = read_pieces(path, std::string::npos, [&](std::string_view s) { text += s; });
  if (!read)
    return read.failure();
  auto head = wire::decode_recorded_head(text);
  if (!head)
    return error{path + ": " + head.failure().message};
  return head;
}

/// A dialect by its own name, or by that of a configured provider.
result<std::shared_ptr<const providers::codec>> find_codec(const std::string& name,
                                                           const config::settings& settings) {
  auto named = providers::make_codec(name, {}, {});
  if (named)
    return named;
  for (const config::provider_settings& p : settings.providers)
    if (p.id.value == name)
      return providers::make_codec(p.dialect, {}, {});
  return error{"--provider: " + named.failure().message};
}

std::optional<nano_usd> cost_of(const chat_reply& reply, std::vector<model_entry> models,
                                wall_time at) {
  const catalog known{std::move(models)};
  const model_entry* model = known.resolve(reply.model_reported);
  if (model == nullptr || reply.usage.estimated)
    return std::nullopt;
  const auto cost = money::cost_of(reply.usage, model->pricing, at);
  return cost ? std::optional{cost->total} : std::nullopt;
}

void print_indented(const char* title, const std::string& text) {
  if (text.empty())
    return;
  std::printf("\n%s\n", title);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::printf("  %s\n", text.substr(begin, end - begin).c_str());
    begin = end + 1;
  }
}

void print_failure(const call_failure& failure) {
  std::printf("error         %s: %s\n", to_string(failure.kind), failure.message.c_str());
  if (const std::string scope = report::limit_scope(failure); !scope.empty())
    std::printf("holds for     %s\n", scope.c_str());
  if (failure.retry_after)
    std::printf("retry after   %.3f s\n", to_seconds(*failure.retry_after));
}

void print_usage(const token_usage& u) {
  const auto n = [](token_count t) { return static_cast<long long>(t.value()); };
  if (u.estimated)
    std::printf("usage         not told\n");
  else
    std::printf("usage         %lld in (%lld cached, %lld written to cache), %lld out (%lld "
                "reasoning)\n",
                n(u.input), n(u.cached_input), n(u.cache_write), n(u.output), n(u.reasoning));
}

void print_page(const report::decoded_body& body) {
  const chat_reply& reply = body.reply;
  if (body.failure)
    print_failure(*body.failure);
  if (!reply.model_reported.empty())
    std::printf("model         %s\n", reply.model_reported.c_str());
  if (const auto finish = report::finish_told(body))
    std::printf("finish        %s (as sent: %s)\n", to_string(*finish),
                reply.finish_native.empty() ? "nothing" : reply.finish_native.c_str());
  print_usage(reply.usage);
  std::printf("cost          %s\n", body.cost ? to_display_usd(*body.cost, 6).c_str() : "unknown");
  print_indented("reasoning", report::shown_reasoning(reply.message));
  print_indented("text", plain_text(reply.message));
  print_indented("refusal", reply.refusal);
  for (const tool_call& call : reply.message.tool_calls)
    print_indented(("tool call " + call.name + "  " + call.id).c_str(),
                   call.arguments_json.empty() ? "{}" : call.arguments_json);
  for (const chat_choice& other : reply.alternatives)
    print_indented("another answer", plain_text(other.message));
}

result<void> run(const decode_options& options) {
  auto settings = read_config(options.config_file);
  if (!settings)
    return settings.failure();
  const auto speaker = find_codec(options.provider, *settings);
  if (!speaker)
    return speaker.failure();
  auto head = read_head(options.headers_file);
  if (!head)
    return head.failure();
  const int status = options.status != 0 ? options.status : head->status.value_or(200);
  // Prices and dates to wait for are those of the day the reply was sent, if its headers tell.
  const wall_time sent = wire::parse_http_date(head->headers.find("date"))
                             .value_or(std::chrono::system_clock::now());
  providers::recorded_body recorded{**speaker, {status, head->headers, {}}, options.stream, sent};
  const auto read = read_pieces(options.file, options.chunk,
                                [&](std::string_view piece) { recorded.feed(piece); });
  if (!read)
    return read.failure();
  auto [reply, failure] = recorded.finish();
  report::decoded_body body{std::move(reply), std::move(failure), std::nullopt};
  body.cost = cost_of(body.reply, std::move(settings->models), sent);
  if (options.json)
    std::printf("%s\n", wire::encode_decoded_body(body).c_str());
  else
    print_page(body);
  return {};
}

constexpr const char* notes =
    R"(Examples:
  spillway decode --provider openai --stream --headers head body
  spillway decode --provider anthropic --status 529 --json error.json)";

} // namespace

void add_decode_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<decode_options>();
  CLI::App* command =
      app.add_subcommand("decode", "What Spillway makes of a provider's reply that you kept");
  command->group("Work with models");
  command->footer(notes);
  command->add_option("FILE", options->file, "The body as it came, - for standard input")
      ->required();
  command
      ->add_option("--provider", options->provider,
                   "Its dialect (openai, anthropic, gemini, generic ...) or a configured provider")
      ->required();
  command->add_flag("--stream", options->stream, "The body is a stream of events");
  command->add_option("--status", options->status, "HTTP status (default: of --headers, else 200)")
      ->check(CLI::Range(100, 599));
  command->add_option("--headers", options->headers_file,
                      "Headers as curl -D writes them, or a JSON object");
  command->add_option("--chunk", options->chunk, "Bytes to read at a time")
      ->check(CLI::Range(std::size_t{1}, bounds::http_reply_body_bytes_max));
  command->add_flag("--json", options->json, "One line of JSON");
  add_config_option(*command, options->config_file);
  command->callback([options, &exit_code] {
    const auto done = run(*options);
    if (!done)
      std::fprintf(stderr, "spillway: %s\n", done.failure().message.c_str());
    exit_code = done ? 0 : 1;
  });
}

} // namespace spillway::apps
