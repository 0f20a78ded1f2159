#include "messages/permit.hpp"

namespace spillway {

const char* to_string(permit_verdict verdict) noexcept {
  switch (verdict) {
    case permit_verdict::granted: return "granted";
    case permit_verdict::wait: return "wait";
    case permit_verdict::never: return "never";
    case permit_verdict::closed: return "closed";
    case permit_verdict::no_retry: return "no_retry";
    case permit_verdict::overloaded: return "overloaded";
    case permit_verdict::expired: return "expired";
    case permit_verdict::withdrawn: return "withdrawn";
  }
  return "?";
}

} // namespace spillway
