#include "gateway/api.hpp"
#include "gateway/controls.hpp"
#include "gateway/request_name.hpp"
#include "wire/openai/chat_reply.hpp"
#include "wire/openai/chat_request.hpp"

#include <utility>

namespace spillway::gateway {
namespace {

class chat_completions final : public api {
public:
  result<chat_call> read(const wire::http_request& request) const override {
    auto decoded = wire::openai::decode_chat_request(request.body);
    if (!decoded)
      return decoded.failure();
    chat_call call;
    call.stream = decoded->stream;
    call.include_usage = decoded->include_usage;
    call.unread = std::move(decoded->unread);
    call.request.target = std::move(decoded->model);
    call.request.labels.user = std::move(decoded->user);
    call.request.chat = std::make_shared<const chat_request>(std::move(decoded->request));
    const auto controls = read_controls(request.headers, decoded->metadata, call.request);
    if (!controls)
      return controls.failure();
    return call;
  }

  std::string name_of(request_id id) const override { return request_name("chatcmpl-", id); }

  std::string encode(const completion_reply& m, const chat_call&,
                     wall_time now) const override {
    return wire::openai::encode_chat_reply(*m.reply, name_of(m.id), now);
  }

  std::shared_ptr<stream_encoder> make_stream(const chat_call& call) const override {
    return std::make_shared<chat_chunk_encoder>(call.include_usage);
  }

  wire::http_response refuse(const refusal& r) const override { return encode_refusal(r); }
};

} // namespace

const api& chat_completions_api() {
  static const chat_completions spoken;
  return spoken;
}

} // namespace spillway::gateway
