#pragma once

#include "core/secret.hpp"
#include "messages/access.hpp"
#include "messages/completion.hpp"
#include "wire/http_message.hpp"

#include <caf/fwd.hpp>

#include <functional>
#include <string_view>
#include <vector>

/// Who calls: what he sent, and whose key that is.
namespace spillway::gateway {

/// The key of a caller, as OpenAI's or Anthropic's clients send it; empty if he sends none.
std::string_view key_in(const wire::http_headers& headers);

/// In a time that does not tell how much of `given` is right.
bool is_same_secret(std::string_view given, const secret& key);

/// True if the caller says himself whose key he has, which only the door may say.
bool claims_identity(const wire::http_headers& headers);

/// True of a header that only `note_identity` writes.
bool is_identity_header(std::string_view name);

/// Notes in the request whose key it came by, for the one who reads it (`read_identity`).
void note_identity(wire::http_headers& headers, const caller_identity& who);

/// What was noted of the models and routes that the caller may name; none: all.
std::vector<std::string_view> allowed_targets(const wire::http_headers& headers);

/// What was noted: the key and, beside the caller's own, its tags.
void read_identity(const wire::http_headers& headers, call_labels& labels);

/// Asks the gate, and goes on with the answer on an actor's thread: with no name if the gate has
/// gone. From any thread.
void identify(caf::actor_system& system, const key_gate_actor& gate, identify_caller who,
              std::function<void(const caller_identity&)> then);

} // namespace spillway::gateway
