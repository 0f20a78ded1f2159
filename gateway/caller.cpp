#include "gateway/caller.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace spillway::gateway {
namespace {

constexpr const char* key_header = "x-spillway-caller";
constexpr const char* tag_header = "x-spillway-caller-tag";
constexpr const char* target_header = "x-spillway-caller-target";

} // namespace

std::string_view key_in(const wire::http_headers& headers) {
  constexpr std::string_view scheme = "Bearer "; // in any case: RFC 9110, 11.1
  const std::string_view given = headers.find("Authorization");
  const bool is_bearer = wire::same_ignoring_case(given.substr(0, scheme.size()), scheme);
  return is_bearer ? given.substr(scheme.size()) : headers.find("x-api-key");
}

bool is_same_secret(std::string_view given, const secret& expected) {
  const std::string& key = expected.reveal();
  unsigned char differs = given.size() == key.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i)
    differs |= static_cast<unsigned char>(given[i] ^ key[i % std::max<std::size_t>(key.size(), 1)]);
  return differs == 0;
}

bool is_identity_header(std::string_view name) {
  return name == key_header || name == tag_header || name == target_header;
}

bool claims_identity(const wire::http_headers& headers) {
  return headers.contains(key_header) || headers.contains(tag_header)
         || headers.contains(target_header);
}

void note_identity(wire::http_headers& headers, const caller_identity& who) {
  headers.add(key_header, who.key);
  for (const std::string& tag : who.tags)
    headers.add(tag_header, tag);
  for (const std::string& target : who.targets)
    headers.add(target_header, target);
}

std::vector<std::string_view> allowed_targets(const wire::http_headers& headers) {
  std::vector<std::string_view> out;
  for (const auto& [name, value] : headers)
    if (name == target_header)
      out.push_back(value);
  return out;
}

void read_identity(const wire::http_headers& headers, call_labels& labels) {
  labels.key = headers.find(key_header);
  for (const auto& [name, value] : headers)
    if (name == tag_header && std::ranges::find(labels.tags, value) == labels.tags.end())
      labels.tags.push_back(value);
}

void identify(caf::actor_system& system, const key_gate_actor& gate, identify_caller who,
              std::function<void(const caller_identity&)> then) {
  system.spawn([gate, who = std::move(who), then = std::move(then)](caf::event_based_actor* self) {
    self->request(gate, caf::infinite, who)
        .then([then](const caller_identity& identity) { then(identity); },
              [then](const caf::error&) { then({}); });
  });
}

} // namespace spillway::gateway
