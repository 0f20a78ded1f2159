#include "gateway/api.hpp"
#include "gateway/controls.hpp"
#include "gateway/request_name.hpp"
#include "wire/openai/response_request.hpp"
#include "wire/openai/response_writer.hpp"

#include <optional>
#include <utility>

namespace spillway::gateway {
namespace {

namespace openai = wire::openai;

class response_encoder final : public stream_encoder {
public:
  explicit response_encoder(const chat_call& call)
      : request_{call.request.chat}, metadata_{call.metadata} {}

  void begin(const stream_opening& opening, std::string& out) override {
    writer_.emplace(
        openai::response_head{opening.id, opening.model, opening.at, std::move(metadata_)},
        *request_);
    writer_->begin(out);
  }
  void add(const chat_delta& delta, std::string& out) override { writer_->add(delta, out); }
  void end(const chat_reply& reply, std::string& out) override {
    writer_->complete(reply.finish, reply.usage, out);
  }
  void fail(const refusal& why, std::string& out) override { writer_->fail(why.body, out); }

private:
  std::shared_ptr<const chat_request> request_;
  std::vector<std::pair<std::string, std::string>> metadata_;
  std::optional<openai::response_writer> writer_;
};

class responses final : public api {
public:
  result<chat_call> read(const wire::http_request& request) const override {
    auto decoded = openai::decode_response_request(request.body);
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
    call.metadata = std::move(decoded->metadata);
    return call;
  }

  std::string name_of(request_id id) const override { return request_name("resp_", id); }

  std::string encode(const completion_reply& m, const chat_call& call,
                     wall_time now) const override {
    return openai::encode_response_reply(
        *m.reply, {name_of(m.id), m.model.value, now, call.metadata}, *call.request.chat);
  }

  std::shared_ptr<stream_encoder> make_stream(const chat_call& call) const override {
    return std::make_shared<response_encoder>(call);
  }

  wire::http_response refuse(const refusal& r) const override { return encode_refusal(r); }
};

} // namespace

const api& responses_api() {
  static const responses spoken;
  return spoken;
}

} // namespace spillway::gateway
