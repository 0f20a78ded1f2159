#include "core/tokens/estimator.hpp"
#include "gateway/api.hpp"
#include "gateway/controls.hpp"
#include "gateway/json_reply.hpp"
#include "gateway/request_name.hpp"
#include "wire/anthropic/chat_events.hpp"
#include "wire/anthropic/chat_reply.hpp"
#include "wire/anthropic/chat_request.hpp"
#include "wire/anthropic/error_body.hpp"

#include <utility>

namespace spillway::gateway {
namespace {

namespace anthropic = wire::anthropic;

anthropic::error_body error_of(const refusal& r) {
  return {std::string{anthropic::error_type_of(r.status)}, r.body.message, {}};
}

class event_encoder final : public stream_encoder {
public:
  explicit event_encoder(token_count input) { prompt_.input = input; }

  void begin(const stream_opening& opening, std::string& out) override {
    if (opening.input_likely > token_count{})
      prompt_.input = opening.input_likely;
    writer_.emplace(anthropic::event_head{opening.id, opening.model, prompt_});
    out += writer_->begin();
  }
  void add(const chat_delta& delta, std::string& out) override { out += writer_->add(delta); }
  void end(const chat_reply& reply, std::string& out) override { out += writer_->end(reply); }
  void fail(const refusal& why, std::string& out) override { out += writer_->fail(error_of(why)); }

private:
  token_usage prompt_; ///< so far; the end tells what the model counted
  std::optional<anthropic::event_writer> writer_;
};

class messages final : public api {
public:
  result<chat_call> read(const wire::http_request& request) const override {
    auto decoded =
        anthropic::decode_chat_request(request.body, request.headers.find("anthropic-beta"));
    if (!decoded)
      return decoded.failure();
    chat_call call;
    call.stream = decoded->stream;
    call.unread = std::move(decoded->unread);
    call.request.target = std::move(decoded->model);
    call.request.labels.user = decoded->request.user;
    call.request.chat = std::make_shared<const chat_request>(std::move(decoded->request));
    const auto controls = read_controls(request.headers, decoded->metadata, call.request);
    if (!controls)
      return controls.failure();
    return call;
  }

  std::string name_of(request_id id) const override { return request_name("msg_", id); }

  std::string encode(const completion_reply& m, const chat_call&, wall_time) const override {
    return anthropic::encode_chat_reply(*m.reply, name_of(m.id));
  }

  std::shared_ptr<stream_encoder> make_stream(const chat_call& call) const override {
    return std::make_shared<event_encoder>(tokens::estimate_input(*call.request.chat).likely);
  }

  wire::http_response refuse(const refusal& r) const override {
    wire::http_response response =
        json_reply(r.status, anthropic::encode_error_body(error_of(r)));
    for (const auto& [name, value] : r.headers)
      response.headers.add(name, value);
    return response;
  }
};

} // namespace

const api& messages_api() {
  static const messages spoken;
  return spoken;
}

} // namespace spillway::gateway
