#include "core/alerts/delivery.hpp"

namespace spillway::alerts {

delivery_attempt judge_delivery(int http_status) noexcept {
  if (http_status / 100 == 2)
    return delivery_attempt::taken;
  const bool body = http_status == 400 || http_status == 413 || http_status == 422;
  return body ? delivery_attempt::refused : delivery_attempt::failed;
}

std::string advice_on(int http_status) {
  const std::string what = "the target answered " + std::to_string(http_status) + ": ";
  if (http_status / 100 == 3)
    return what + "redirects are not followed; configure the address it redirects to";
  switch (http_status) {
    case 400:
    case 422:
      return what + "it does not understand the notice; check `kind` and the key in the target's "
                    "variables";
    case 401:
    case 403: return what + "it does not accept the credential; set the target's variable again";
    case 404:
    case 410: return what + "there is no such hook, or no more; make a new one and configure it";
    case 413: return what + "it takes no body of this size; raise the bound of the receiver";
    case 429: return what + "it has had too much; notices wait, there is nothing to do";
    default: break;
  }
  return what + (http_status / 100 == 5 ? "its own trouble; notices wait until it is over"
                                        : "check the target's address");
}

const char* to_string(delivery_end end) noexcept {
  switch (end) {
    case delivery_end::delivered: return "delivered";
    case delivery_end::refused: return "refused";
    case delivery_end::given_up: return "given up";
    case delivery_end::postponed: return "postponed";
  }
  return "?";
}

std::string subject_of_target(const std::string& name) {
  return "alert target " + name;
}

} // namespace spillway::alerts
