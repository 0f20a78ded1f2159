#pragma once

#include "core/instant.hpp"
#include "core/result.hpp"
#include "simulator/call.hpp"
#include "simulator/quota.hpp"
#include "wire/http_message.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::simulator {

/// What a vendor offers at one of its paths.
enum class endpoint { chat, count_tokens, embeddings, models };

/// Why a request is not served, in no vendor's words.
struct problem {
  enum class kind {
    unknown_route,
    wrong_method,
    unauthorized, ///< no credential
    invalid_key,
    malformed,
    unknown_model,
    context_too_long,
    rate_limited, ///< by `refusal`, or injected
    quota_exhausted,
    server_error,
    overloaded,
  };
  kind what = kind::server_error;
  std::string text{};      ///< the route, or what is malformed
  std::string_view method{}; ///< the one that is allowed
  std::string model{};
  token_count allowed{}; ///< by a context
  token_count wanted{};  ///< by the prompt
  token_count output{};  ///< and by the longest reply asked for
  std::optional<quota_refusal> refusal{};
  std::optional<duration> retry_after{};
};

/// One model on offer.
struct offered_model {
  std::string name;
  std::optional<token_count> context;
};

/// How one vendor speaks: its paths, its bodies, its words for every refusal. Without state.
class dialect {
public:
  virtual ~dialect() = default;

  /// Whether prompts are cached up to the marks that callers set.
  virtual bool caches_by_marks() const { return false; }

  /// What is served at `path`, which is without its query; absent: no path of this vendor's.
  virtual std::optional<endpoint> serves(std::string_view path) const = 0;

  /// A credential of any content: one of a real account must not be needed to run offline.
  virtual bool is_authorized(const wire::http_headers& headers) const = 0;

  /// Of `chat` and `count_tokens`. Errors: what the vendor refuses, in its words.
  virtual result<chat_call> read_chat(const wire::http_request& request) const = 0;
  virtual result<embedding_call> read_embedding(const wire::http_request& request) const = 0;

  virtual wire::http_response refuse(const problem& p) const = 0;

  /// `said` has its id and the model's name.
  virtual wire::http_response answer(const chat_reply& said, const chat_call& call,
                                     wall_time now) const = 0;

  /// The same as the writes of a stream, what marks its end included.
  virtual std::vector<std::string> events(const chat_reply& said, const chat_call& call,
                                          wall_time now) const = 0;
  /// What comes instead of the rest of a stream when something fails.
  virtual std::string error_event(const problem& p) const = 0;

  virtual wire::http_response count(token_count total) const = 0;
  virtual wire::http_response embedded(const embedding_reply& reply,
                                       const embedding_call& call) const = 0;
  virtual wire::http_response models(const std::vector<offered_model>& offered) const = 0;

  /// How long an answer took, where the vendor tells it.
  virtual void add_time(wire::http_headers& headers, duration took) const = 0;
  /// How a model's windows stand, where the vendor tells it.
  virtual void add_standings(wire::http_headers& headers, quota& limits, instant now) const = 0;
  /// The header that names a request, where the vendor has one; empty: none.
  virtual std::string_view request_id_header() const = 0;
};

} // namespace spillway::simulator
