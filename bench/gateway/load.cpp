// Asks one server for chats over so many connections, as fast as it answers or at a fixed rate, and
// prints what it saw as one line of JSON. At a fixed rate a latency counts from the moment its
// request was due, so that a server that stalls does not hide those it kept waiting.

#include "bench/gateway/net.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace bench::gateway;
using boost::system::error_code;
using steady = std::chrono::steady_clock;

struct plan {
  std::uint16_t port = 0;
  int connections = 64;
  double seconds = 3;
  double warm_up = 0.5;
  double rate = 0; ///< requests/s; 0: as fast as answers come
  std::size_t body_bytes = 2048;
  bool stream = false;
};

std::string request_of(const plan& p) {
  constexpr std::string_view words = "The quick brown fox jumps over the lazy dog and sleeps. ";
  std::string body = R"({"model":"m","max_tokens":200,)";
  if (p.stream)
    body += R"("stream":true,)";
  body += R"("messages":[{"role":"user","content":")";
  while (body.size() + 4 < p.body_bytes)
    body += words.substr(0, p.body_bytes - 4 - body.size());
  body += R"("}]})";
  return "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
         "Content-Type: application/json\r\nx-spillway-team: bench\r\nContent-Length: "
         + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Microseconds of one kind, sorted when they are asked for.
class latencies {
public:
  void add(steady::duration took) {
    us_.push_back(std::chrono::duration<float, std::micro>(took).count());
  }
  float at(double share) {
    if (us_.empty())
      return 0;
    const auto i = std::min(us_.size() - 1, static_cast<std::size_t>(share * us_.size()));
    std::nth_element(us_.begin(), us_.begin() + static_cast<std::ptrdiff_t>(i), us_.end());
    return us_[i];
  }
  std::size_t size() const { return us_.size(); }

private:
  std::vector<float> us_;
};

struct record {
  steady::time_point from; ///< what ended earlier was warm-up
  latencies whole;
  latencies first_event;
  std::size_t events = 0;
  std::size_t refused = 0; ///< answers other than 200
  std::size_t broken = 0;  ///< connections that failed
};

class client;

/// Whose turn it is to ask, and since when.
class pacer {
public:
  pacer(asio::io_context& io, const plan& p) : plan_{p}, timer_{io} {}

  void begin();
  /// `c` has nothing to do.
  void rest(client& c);
  bool is_over() const { return steady::now() >= end_; }

  record seen;

private:
  void tick();

  const plan& plan_;
  asio::steady_timer timer_;
  steady::time_point start_;
  steady::time_point end_;
  std::uint64_t due_ = 0; ///< requests that have been
  std::deque<client*> idle_;
  std::deque<steady::time_point> late_; ///< found no connection free
};

class client {
public:
  client(asio::io_context& io, const plan& p, pacer& whose)
      : socket_{io.get_executor()}, request_{request_of(p)}, stream_{p.stream}, pacer_{whose} {
    socket_.connect(loopback(p.port));
    socket_.set_option(tcp::no_delay{true});
  }

  void ask(steady::time_point due) {
    due_ = due;
    got_.clear();
    first_seen_ = false;
    asio::async_write(socket_, asio::buffer(request_),
                      [this](const error_code& failed, std::size_t) {
                        failed ? give_up() : read();
                      });
  }

  void close() {
    error_code ignored;
    socket_.close(ignored);
  }

private:
  void read() {
    socket_.async_read_some(asio::buffer(room_), [this](const error_code& failed, std::size_t n) {
      failed ? give_up() : on_read(n);
    });
  }

  void give_up() {
    if (!pacer_.is_over())
      ++pacer_.seen.broken;
  }

  void on_read(std::size_t n) {
    got_.append(room_.data(), n);
    const auto head = read_head(got_);
    if (!head)
      return read();
    if (stream_ && !first_seen_ && got_.find("data: ") != std::string::npos) {
      first_seen_ = true;
      first_at_ = steady::now();
    }
    const bool whole = head->body_length ? got_.size() >= head->bytes + *head->body_length
                                         : got_.ends_with("\r\n0\r\n\r\n");
    if (!whole)
      return read();
    note();
    pacer_.rest(*this);
  }

  void note() {
    record& seen = pacer_.seen;
    const auto now = steady::now();
    if (now < seen.from || pacer_.is_over())
      return;
    if (!got_.starts_with("HTTP/1.1 200"))
      ++seen.refused;
    seen.whole.add(now - due_);
    if (!stream_)
      return;
    seen.first_event.add(first_at_ - due_);
    constexpr std::string_view mark = "data: ";
    for (std::size_t at = got_.find(mark); at != std::string::npos;
         at = got_.find(mark, at + mark.size()))
      ++seen.events;
  }

  tcp_socket socket_;
  std::string request_;
  bool stream_;
  pacer& pacer_;
  std::array<char, 64 * 1024> room_;
  std::string got_;
  steady::time_point due_;
  steady::time_point first_at_;
  bool first_seen_ = false;
};

void pacer::begin() {
  start_ = steady::now();
  const auto seconds = [](double s) {
    return std::chrono::duration_cast<steady::duration>(std::chrono::duration<double>(s));
  };
  seen.from = start_ + seconds(plan_.warm_up);
  end_ = seen.from + seconds(plan_.seconds);
  if (plan_.rate > 0)
    tick();
}

void pacer::rest(client& c) {
  if (is_over())
    return c.close();
  if (plan_.rate <= 0)
    return c.ask(steady::now());
  if (late_.empty()) {
    idle_.push_back(&c);
    return;
  }
  c.ask(late_.front());
  late_.pop_front();
}

void pacer::tick() {
  const auto interval = std::chrono::duration<double>(1 / plan_.rate);
  const auto due_at = [&] {
    return start_ + std::chrono::duration_cast<steady::duration>(interval * due_);
  };
  for (; due_at() <= steady::now(); ++due_) {
    if (idle_.empty()) {
      late_.push_back(due_at());
      continue;
    }
    client* const c = idle_.front();
    idle_.pop_front();
    c->ask(due_at());
  }
  if (is_over()) {
    for (client* c : idle_)
      c->close();
    return;
  }
  timer_.expires_at(due_at());
  timer_.async_wait([this](const error_code& cancelled) {
    if (!cancelled)
      tick();
  });
}

void print(record& seen, const plan& p) {
  std::printf(R"({"requests":%zu,"refused":%zu,"broken":%zu,"per_s":%.1f,"p50_us":%.1f,)"
              R"("p99_us":%.1f,"p999_us":%.1f,"events_per_s":%.1f,"first_p50_us":%.1f,)"
              R"("first_p99_us":%.1f})"
              "\n",
              seen.whole.size(), seen.refused, seen.broken,
              static_cast<double>(seen.whole.size()) / p.seconds, seen.whole.at(0.5),
              seen.whole.at(0.99), seen.whole.at(0.999),
              static_cast<double>(seen.events) / p.seconds, seen.first_event.at(0.5),
              seen.first_event.at(0.99));
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Asks a server for chats and measures the answers"};
  plan p;
  app.add_option("--port", p.port, "Of 127.0.0.1")->required();
  app.add_option("--connections", p.connections)->capture_default_str();
  app.add_option("--seconds", p.seconds)->capture_default_str();
  app.add_option("--rate", p.rate, "Requests/s; 0: as fast as answers come")->capture_default_str();
  app.add_option("--body-bytes", p.body_bytes)->capture_default_str();
  app.add_flag("--stream", p.stream, "Ask for events");
  CLI11_PARSE(app, argc, argv)

  asio::io_context io{1};
  pacer whose{io, p};
  std::vector<std::unique_ptr<client>> clients;
  for (int i = 0; i < p.connections; ++i)
    clients.push_back(std::make_unique<client>(io, p, whose));
  whose.begin();
  for (const auto& c : clients)
    whose.rest(*c);
  io.run();
  print(whose.seen, p);
  return whose.seen.refused + whose.seen.broken > 0 ? 1 : 0;
}
