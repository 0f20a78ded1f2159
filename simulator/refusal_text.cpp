#include "simulator/refusal_text.hpp"

#include <array>
#include <cstdio>

namespace spillway::simulator {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const char* words_for(rate::dimension which) noexcept {
  switch (which) {
    case rate::dimension::requests_per_minute: return "requests per min (RPM)";
    case rate::dimension::tokens_per_minute: return "tokens per min (TPM)";
    case rate::dimension::requests_per_day: return "requests per day (RPD)";
    case rate::dimension::input_tokens_per_minute: return "input tokens per min";
    case rate::dimension::output_tokens_per_minute: return "output tokens per min";
    case rate::dimension::tokens_per_day: return "tokens per day (TPD)";
    case rate::dimension::concurrent_requests: return "concurrent requests";
  }
  return "?";
}

} // namespace

std::string decimal_seconds(duration wait) {
  const auto time = std::chrono::ceil<milliseconds>(wait);
  std::array<char, 32> text;
  const auto whole = time / seconds{1};
  const auto rest = static_cast<int>((time % seconds{1}).count());
  std::snprintf(text.data(), text.size(), "%lld.%03d", static_cast<long long>(whole), rest);
  std::string decimal = text.data();
  decimal.erase(decimal.find_last_not_of('0') + 1);
  if (decimal.ends_with('.'))
    decimal.pop_back();
  return decimal;
}

std::string to_go_duration(duration wait) {
  const auto time = std::chrono::ceil<milliseconds>(wait);
  if (time < seconds{1})
    return time.count() == 0 ? "0s" : std::to_string(time.count()) + "ms";
  std::string text;
  if (time >= hours{1})
    text += std::to_string(time / hours{1}) + "h";
  if (time >= minutes{1})
    text += std::to_string(time % hours{1} / minutes{1}) + "m";
  return text + decimal_seconds(time % minutes{1}) + "s";
}

std::string refusal_message(const quota_refusal& refusal, const std::string& model,
                            const std::string& organization) {
  const std::string what = " for " + model + " in organization " + organization + " on "
                           + words_for(refusal.binding) + ": Limit "
                           + std::to_string(refusal.limit);
  const std::string requested = ", Requested " + std::to_string(refusal.requested) + ". ";
  const std::string more = "Visit https://platform.openai.com/account/rate-limits to learn more.";
  if (!refusal.retry_after)
    return "Request too large" + what + requested
           + "The input or output tokens must be reduced in order to run successfully. " + more;
  const std::string again =
      *refusal.retry_after == duration::zero()
          ? ""
          : "Please try again in " + to_go_duration(*refusal.retry_after) + ". ";
  return "Rate limit reached" + what + ", Used " + std::to_string(refusal.used) + requested + again
         + more;
}

std::string refusal_type(const quota_refusal& refusal) {
  return refusal.binding == rate::dimension::tokens_per_minute ? "tokens" : "requests";
}

void add_retry_after(wire::http_headers& headers, duration wait) {
  headers.add("retry-after", std::to_string(std::chrono::ceil<seconds>(wait).count()));
  headers.add("retry-after-ms", std::to_string(std::chrono::ceil<milliseconds>(wait).count()));
}

void add_standing(wire::http_headers& headers, const std::string& unit,
                  const std::optional<quota_standing>& standing) {
  if (!standing)
    return;
  headers.add("x-ratelimit-limit-" + unit, std::to_string(standing->limit));
  headers.add("x-ratelimit-remaining-" + unit, std::to_string(standing->remaining));
  headers.add("x-ratelimit-reset-" + unit, to_go_duration(standing->reset));
}

} // namespace spillway::simulator
