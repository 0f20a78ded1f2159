#pragma once

#include "core/alerts/delivery.hpp"
#include "core/secret.hpp"
#include "wire/http_message.hpp"

#include <string>
#include <string_view>

/// Our own format of a notice, for receivers of any kind. docs/OPERATIONS.md describes it.
namespace spillway::wire {

/// One JSON object: id, kind, severity, rule, subject, period, text, count, at, since, dedup_key,
/// source.
std::string webhook_body(const alerts::numbered_notice& n, const std::string& source);

/// "v1=" and the HMAC-SHA256 of "<timestamp>.<body>" in lower-case hexadecimal digits.
/// `timestamp`: seconds since 1970, in decimal digits.
std::string sign_webhook(const secret& key, std::string_view timestamp, std::string_view body);

struct webhook_route {
  std::string target;       ///< origin form; may be a credential
  secret key;               ///< of the signature; empty: not signed
  std::string source = "-"; ///< names this instance
};

/// A POST with Spillway-Notice (its id), Spillway-Timestamp (`now`) and, with a key,
/// Spillway-Signature.
http_request encode_webhook(const alerts::numbered_notice& n, const webhook_route& to,
                            wall_time now);

} // namespace spillway::wire
