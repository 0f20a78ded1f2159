// What codecs cost: encode a call, decode its reply, read a stream, write chunks for a client; and
// beside them what it takes to parse and write the same bytes with the JSON library alone.
#include "bench/wire/bodies.hpp"
#include "providers/registry.hpp"
#include "wire/openai/chat_chunk.hpp"
#include "wire/openai/chat_request.hpp"
#include "wire/sse.hpp"

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

namespace {

using namespace spillway;

constexpr std::size_t stream_chunks = 1000;

std::shared_ptr<const providers::codec> speaker(const std::string& dialect) {
  return *providers::make_codec(dialect, "/v1", secret{"key"});
}

void encode_call(benchmark::State& state, const std::string& dialect) {
  const auto codec = speaker(dialect);
  const chat_request request = bench::conversation(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state)
    benchmark::DoNotOptimize(codec->encode({request, "model", token_count{1000}}));
}

void decode_reply(benchmark::State& state, const std::string& dialect) {
  const auto codec = speaker(dialect);
  const wire::http_response response{
      200, {}, bench::reply_body(dialect, static_cast<std::size_t>(state.range(0)))};
  for (auto _ : state)
    benchmark::DoNotOptimize(codec->decode(response, {}));
}

void read_stream(benchmark::State& state, const std::string& dialect) {
  const auto codec = speaker(dialect);
  const std::string body = bench::stream_body(dialect, stream_chunks);
  constexpr std::size_t read_bytes = 4096;
  for (auto _ : state) {
    const auto decoder = codec->decode_stream({}, {});
    std::vector<chat_delta> deltas;
    for (std::size_t at = 0; at < body.size(); at += read_bytes) {
      deltas.clear();
      decoder->feed(std::string_view{body}.substr(at, read_bytes), deltas);
    }
    decoder->flush(deltas);
    benchmark::DoNotOptimize(decoder->finish());
  }
  state.SetItemsProcessed(state.iterations() * stream_chunks);
}

/// A caller's request as the gateway reads it.
void read_request(benchmark::State& state) {
  const chat_request request = bench::conversation(static_cast<std::size_t>(state.range(0)));
  const std::string body = wire::openai::encode_chat_request(request, "model", {});
  for (auto _ : state)
    benchmark::DoNotOptimize(wire::openai::decode_chat_request(body));
}

void write_chunk(benchmark::State& state) {
  const wire::openai::chunk_head head{"chatcmpl-1234567890", "gpt-4o-2024-08-06", {}};
  const chat_delta delta{.text = " word"};
  std::string out;
  for (auto _ : state) {
    out.clear();
    wire::append_sse_event(out, "", wire::openai::encode_chunk(head, delta));
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations());
}

// -- the JSON library alone -----------------------------------------------------------------------

void parse_only(benchmark::State& state, const std::string& dialect) {
  const std::string body = bench::reply_body(dialect, static_cast<std::size_t>(state.range(0)));
  for (auto _ : state)
    benchmark::DoNotOptimize(nlohmann::json::parse(body));
}

void dump_only(benchmark::State& state) {
  const chat_request request = bench::conversation(static_cast<std::size_t>(state.range(0)));
  const auto document =
      nlohmann::json::parse(wire::openai::encode_chat_request(request, "model", {}));
  for (auto _ : state)
    benchmark::DoNotOptimize(document.dump());
}

void parse_chunks_only(benchmark::State& state, const std::string& dialect) {
  std::vector<wire::sse_event> events;
  wire::sse_reader reader;
  reader.feed(bench::stream_body(dialect, stream_chunks), events);
  for (auto _ : state)
    for (const wire::sse_event& event : events)
      benchmark::DoNotOptimize(nlohmann::json::parse(event.data, nullptr, false));
  state.SetItemsProcessed(state.iterations() * stream_chunks);
}

void add_dialect(const std::string& dialect) {
  const auto sizes = [](benchmark::internal::Benchmark* b) { b->Arg(2'000)->Arg(100'000); };
  const auto name = [&](const char* what) { return std::string{what} + '/' + dialect; };
  sizes(benchmark::RegisterBenchmark(name("encode_call").c_str(), encode_call, dialect));
  sizes(benchmark::RegisterBenchmark(name("decode_reply").c_str(), decode_reply, dialect));
  sizes(benchmark::RegisterBenchmark(name("json_parse").c_str(), parse_only, dialect));
  benchmark::RegisterBenchmark(name("read_stream").c_str(), read_stream, dialect);
  benchmark::RegisterBenchmark(name("json_parse_chunks").c_str(), parse_chunks_only, dialect);
}

} // namespace

BENCHMARK(read_request)->Arg(2'000)->Arg(100'000);
BENCHMARK(dump_only)->Name("json_dump")->Arg(2'000)->Arg(100'000);
BENCHMARK(write_chunk);

int main(int argc, char** argv) {
  for (const char* dialect : {"openai", "anthropic", "gemini"})
    if (providers::make_codec(dialect, {}, {}))
      add_dialect(dialect);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
