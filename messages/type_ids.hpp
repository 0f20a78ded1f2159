#pragma once

#include <caf/allowed_unsafe_message_type.hpp>

/// Declares a message of the protocol: the one place to touch for another CAF generation. Messages
/// stay inside the process (they carry shared payloads), so none is serialisable. At global scope.
#define SPILLWAY_MESSAGE(type) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(type)
