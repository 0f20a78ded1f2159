#pragma once

#include "config/schema.hpp"
#include "config/secrets.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"

#include <vector>

namespace spillway::config {

/// Whom the gateway lets in.
struct gateway_access {
  std::vector<secret> keys;  ///< of the environment; virtual keys come on top
  bool key_required = false; ///< false, and no `keys`: whoever sends no key may call, too
  secret admin_key;          ///< empty: there is no admin API
};

/// `virtual_keys`: whether the gateway has any that can be used.
/// Errors: a variable that is named is not set or empty; `listen` can be reached from other
/// machines and there is no key; the admin key is one of the callers', too.
result<gateway_access> read_gateway_access(const gateway_settings& s, const environment& variables,
                                           bool virtual_keys);

/// Whether only programs of this machine reach the address.
bool is_loopback(const listen_address& listen);

} // namespace spillway::config
