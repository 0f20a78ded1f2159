#pragma once

#include "core/access/virtual_key.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Virtual keys as the admin API and `spillway keys --json` tell them. Salts and digests stay out.
namespace spillway::wire {

/// One key. With `text`, which is told this once, if it is new.
std::string encode_key(const access::virtual_key& key, wall_time now, const secret& text = {});

/// `{"keys": [...]}`
std::string encode_keys(const std::vector<access::virtual_key>& keys, wall_time now);

/// The wish for a key: `name`, and if wanted `models`, `tags`, `expires_at` (RFC 3339),
/// `requests_per_minute`, `tokens_per_minute`, `concurrent_requests`, and `budgets_usd`, an object
/// of `day`, `week` and `month`. Everything else is an error, for it would be a limit that does not
/// hold. The key has no id, salt, digest or time of creation yet.
/// Errors: by the field.
result<access::virtual_key> decode_key_wish(std::string_view body);

} // namespace spillway::wire
