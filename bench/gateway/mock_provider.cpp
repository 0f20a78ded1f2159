// A provider of no intelligence: answers every chat alike, at once or after a pause, whole or in
// events. Runs until it is killed. Prints its port.

#include "bench/gateway/net.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

namespace {

using namespace bench::gateway;
using boost::system::error_code;

struct behaviour {
  std::chrono::milliseconds delay{};
  std::size_t text_bytes = 640;
  int events = 40;
  std::chrono::milliseconds pace{}; ///< between two events
};

std::string text_of(std::size_t bytes) {
  constexpr std::string_view words = "It is a matter of the whole of the thing. ";
  std::string text;
  while (text.size() < bytes)
    text += words;
  return text;
}

std::string with_head(const std::string& body, const char* type) {
  return "HTTP/1.1 200 OK\r\nContent-Type: " + std::string{type}
         + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string whole_reply(const behaviour& b) {
  return with_head(R"({"id":"chatcmpl-1","object":"chat.completion","created":1732620000,)"
                   R"("model":"m","choices":[{"index":0,"message":{"role":"assistant","content":")"
                       + text_of(b.text_bytes)
                       + R"("},"finish_reason":"stop"}],"usage":{"prompt_tokens":420,)"
                         R"("completion_tokens":160,"total_tokens":580}})",
                   "application/json");
}

std::string chunk(const std::string& event) {
  std::array<char, 24> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", event.size());
  return size.data() + event + "\r\n";
}

std::string event(const std::string& choices, const std::string& rest = {}) {
  return chunk(R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1732620000,)"
               R"("model":"m","system_fingerprint":"fp_50cad350e4","choices":)"
               + choices + rest + "}\n\n");
}

constexpr std::string_view stream_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string one_event() {
  return event(R"([{"index":0,"delta":{"role":"assistant","content":" It is a matter"},)"
               R"("logprobs":null,"finish_reason":null}])");
}

std::string last_events() {
  return event(R"([{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}])")
         + event("[]", R"(,"usage":{"prompt_tokens":420,"completion_tokens":160,)"
                       R"("total_tokens":580})")
         + chunk("data: [DONE]\n\n") + "0\r\n\r\n";
}

/// One connection of the gateway, as long as it stays open.
class session : public std::enable_shared_from_this<session> {
public:
  session(tcp_socket s, const behaviour& b)
      : socket_{std::move(s)}, timer_{socket_.get_executor()}, how_{b}, whole_{whole_reply(b)} {
    socket_.set_option(tcp::no_delay{true});
  }

  void read() {
    socket_.async_read_some(asio::buffer(room_),
                            [self = shared_from_this()](const error_code& failed, std::size_t n) {
                              if (!failed)
                                self->on_read(n);
                            });
  }

private:
  void on_read(std::size_t n) {
    got_.append(room_.data(), n);
    const auto head = read_head(got_);
    if (!head || got_.size() < head->bytes + head->body_length.value_or(0))
      return read();
    const bool is_chat = got_.find("/chat/completions") < got_.find('\n');
    stream_ = is_chat && got_.find(R"("stream":true)") != std::string::npos;
    got_.clear();
    if (!is_chat)
      return write(with_head("{}", "application/json"), [this] { read(); });
    after(how_.delay, [this] { answer(); });
  }

  void answer() {
    if (!stream_)
      return write(whole_, [this] { read(); });
    left_ = how_.events;
    if (how_.pace.count() > 0)
      return write(std::string{stream_head} + one_event(), [this] { next_event(); });
    std::string all{stream_head};
    for (int i = 0; i < how_.events; ++i)
      all += one_event();
    write(all + last_events(), [this] { read(); });
  }

  void next_event() {
    after(how_.pace, [this] {
      if (--left_ > 0)
        write(one_event(), [this] { next_event(); });
      else
        write(last_events(), [this] { read(); });
    });
  }

  template <class Then>
  void after(std::chrono::milliseconds pause, Then then) {
    if (pause.count() == 0)
      return then();
    timer_.expires_after(pause);
    timer_.async_wait([self = shared_from_this(), then](const error_code& cancelled) {
      if (!cancelled)
        then();
    });
  }

  template <class Then>
  void write(std::string bytes, Then then) {
    out_ = std::move(bytes);
    asio::async_write(socket_, asio::buffer(out_),
                      [self = shared_from_this(), then](const error_code& failed, std::size_t) {
                        if (!failed)
                          then();
                      });
  }

  tcp_socket socket_;
  asio::steady_timer timer_;
  const behaviour& how_;
  std::string whole_;
  std::array<char, 128 * 1024> room_;
  std::string got_;
  std::string out_;
  int left_ = 0;
  bool stream_ = false;
};

void accept_all(asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>& listener,
                const behaviour& how) {
  listener.async_accept([&](const error_code& failed, tcp_socket s) {
    if (!failed)
      std::make_shared<session>(std::move(s), how)->read();
    accept_all(listener, how);
  });
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"A provider that answers every chat alike"};
  behaviour how;
  int delay_ms = 0;
  int pace_ms = 0;
  app.add_option("--delay-ms", delay_ms, "Pause before each answer")->capture_default_str();
  app.add_option("--text-bytes", how.text_bytes, "Text of an answer")->capture_default_str();
  app.add_option("--events", how.events, "Events of a streamed answer")->capture_default_str();
  app.add_option("--pace-ms", pace_ms, "Pause between two events")->capture_default_str();
  CLI11_PARSE(app, argc, argv)
  how.delay = std::chrono::milliseconds{delay_ms};
  how.pace = std::chrono::milliseconds{pace_ms};

  asio::io_context io{1};
  asio::basic_socket_acceptor<tcp, asio::io_context::executor_type> listener{io, loopback(0)};
  listener.listen(4096);
  std::printf("%d\n", listener.local_endpoint().port());
  std::fflush(stdout);
  accept_all(listener, how);
  io.run();
}
