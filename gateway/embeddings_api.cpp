#include "gateway/api.hpp"
#include "gateway/controls.hpp"
#include "gateway/request_name.hpp"
#include "wire/openai/embeddings.hpp"

#include <utility>

namespace spillway::gateway {
namespace {

class embeddings final : public api {
public:
  result<chat_call> read(const wire::http_request& request) const override {
    auto decoded = wire::openai::decode_embedding_request(request.body);
    if (!decoded)
      return decoded.failure();
    chat_call call;
    call.base64 = decoded->base64;
    call.unread = std::move(decoded->unread);
    call.request.target = std::move(decoded->model);
    call.request.labels.user = decoded->request.user;
    call.request.embedding =
        std::make_shared<const embedding_request>(std::move(decoded->request));
    const auto controls = read_controls(request.headers, decoded->metadata, call.request);
    if (!controls)
      return controls.failure();
    return call;
  }

  std::string name_of(request_id id) const override { return request_name("embd-", id); }

  std::string encode(const completion_reply& m, const chat_call& call, wall_time) const override {
    return wire::openai::encode_embedding_reply(*m.vectors, call.base64);
  }

  std::shared_ptr<stream_encoder> make_stream(const chat_call&) const override { return nullptr; }

  wire::http_response refuse(const refusal& r) const override { return encode_refusal(r); }
};

} // namespace

const api& embeddings_api() {
  static const embeddings spoken;
  return spoken;
}

} // namespace spillway::gateway
