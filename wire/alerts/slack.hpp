#pragma once

#include "core/alerts/delivery.hpp"
#include "wire/http_message.hpp"

#include <string>

namespace spillway::wire {

/// The body of a Slack incoming webhook: a text for lists and pop-ups, and blocks for the channel.
/// What comes from outside is escaped, so that no subject can mention a channel or forge a link.
/// Source: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and
/// https://docs.slack.dev/messaging/formatting-message-text (2026-11-24).
std::string slack_body(const alerts::notice& n, const std::string& source);

/// A POST to `target`, which holds the credential.
http_request encode_slack(const alerts::notice& n, const std::string& target,
                          const std::string& source);

} // namespace spillway::wire
