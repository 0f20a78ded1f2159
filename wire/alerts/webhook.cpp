#include "wire/alerts/webhook.hpp"

#include "wire/digest.hpp"
#include "wire/iso_time.hpp"
#include "wire/json_document.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace spillway::wire {
namespace {

using json = nlohmann::ordered_json;

} // namespace

std::string webhook_body(const alerts::numbered_notice& n, const std::string& source) {
  const alerts::notice& what = *n.what;
  const json body = {{"id", std::to_string(n.id)},
                     {"kind", to_string(what.kind)},
                     {"severity", to_string(what.what.severity)},
                     {"rule", what.what.key.rule},
                     {"subject", what.what.key.subject},
                     {"period", what.what.key.period},
                     {"text", what.what.text},
                     {"count", what.count},
                     {"at", iso_time(what.at)},
                     {"since", iso_time(what.since)},
                     {"dedup_key", dedup_key(what)},
                     {"source", source}};
  return dump_in_order(body);
}

std::string sign_webhook(const secret& key, std::string_view timestamp, std::string_view body) {
  std::string text{timestamp};
  text.append(".").append(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.reveal().data(), static_cast<int>(key.reveal().size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  return "v1=" + to_hex(digest.data(), size);
}

http_request encode_webhook(const alerts::numbered_notice& n, const webhook_route& to,
                            wall_time now) {
  http_request out{"POST", to.target, {}, webhook_body(n, to.source)};
  const std::string timestamp = std::to_string(to_unix_nanos(now) / 1'000'000'000);
  out.headers.add("Content-Type", "application/json");
  out.headers.add("User-Agent", "spillway");
  out.headers.add("Spillway-Notice", std::to_string(n.id));
  out.headers.add("Spillway-Timestamp", timestamp);
  if (!to.key.empty())
    out.headers.add("Spillway-Signature", sign_webhook(to.key, timestamp, out.body));
  return out;
}

} // namespace spillway::wire
