"""Which room may include what: the table of docs/ARCHITECTURE.md, for the checker."""

# Rooms that a room may include, besides itself.
ROOMS = {
    "core": set(),
    "messages": {"core"},
    "wire": {"core"},
    "config": {"core"},
    "storage": {"core"},
    "providers": {"core", "wire"},
    "transport": {"core", "wire"},
    "simulator": {"core", "wire", "transport"},
    "actors": {"core", "messages", "providers", "storage", "transport", "wire"},
    "gateway": {"core", "messages", "transport", "wire"},
    "agents": {"core", "messages"},
    "runtime": {"core", "messages", "wire", "config", "storage", "providers", "transport",
                "simulator", "actors", "agents"},
    "apps": {"core", "messages", "wire", "config", "storage", "providers", "transport",
             "simulator", "actors", "agents", "gateway", "runtime"},
    "examples": {"core", "messages", "config", "agents", "runtime"},
    "bench": {"core", "messages", "wire", "config", "storage", "providers", "transport",
              "simulator", "actors", "agents", "runtime"},
}

# Where a room may reach into another only through its ports.
PORTS = {
    ("transport", "wire"): {"wire/http_message.hpp"},
    ("simulator", "transport"): {"transport/http_server.hpp"},
    ("actors", "transport"): {"transport/http_client.hpp"},
    ("gateway", "transport"): {"transport/http_server.hpp"},
    ("actors", "storage"): {"storage/alert_store.hpp", "storage/journal.hpp",
                            "storage/key_store.hpp", "storage/retention.hpp"},
    ("actors", "providers"): {"providers/codec.hpp"},
    ("actors", "wire"): {"wire/http_message.hpp"},
}

# Third-party headers by their first folder or name: (in headers, in sources).
THIRD_PARTY = {
    "core": (set(), {"absl", "xxhash.h", "zstd.h"}),
    "messages": ({"caf"}, {"caf"}),
    "wire": (set(), {"absl", "nlohmann", "openssl", "simdjson.h"}),
    "config": (set(), {"toml++"}),
    "storage": (set(), {"sqlite3.h"}),
    "providers": (set(), set()),
    "transport": (set(), {"boost", "openssl"}),
    "simulator": (set(), {"absl", "nlohmann"}),
    "actors": ({"caf"}, {"caf"}),
    "gateway": ({"caf"}, {"caf"}),
    "agents": ({"caf"}, {"caf", "nlohmann"}),
    "runtime": ({"caf"}, {"caf", "boost", "absl"}),
    "apps": ({"caf"}, {"caf", "CLI"}),
    "examples": ({"caf"}, {"caf", "CLI"}),
    "bench": ({"caf"}, {"caf", "benchmark", "boost", "nlohmann", "CLI"}),
}

# Headers that only sources of their own room include: the column for sources holds for them.
INTERNAL_HEADERS = {
    "agents/argument_parse.hpp", "bench/gateway/net.hpp", "config/parse.hpp",
    "simulator/openai_request.hpp", "storage/sqlite.hpp", "transport/beast_pool.hpp", "transport/beast_session.hpp",
    "transport/call.hpp", "transport/connection.hpp", "transport/message_feed.hpp",
    "transport/net.hpp", "transport/peer_stream.hpp", "transport/public_address.hpp", "transport/serial_executor.hpp",
    "transport/tls_context.hpp", "transport/watchdog.hpp", "wire/anthropic/schema.hpp",
    "wire/json_document.hpp", "wire/json_reader.hpp",
}

KNOWN_THIRD_PARTY = {"absl", "boost", "caf", "nlohmann", "toml++", "sqlite3.h", "openssl",
                     "benchmark", "CLI", "catch2", "simdjson.h", "spdlog", "prometheus", "xxhash.h",
                     "zstd.h"}

# The only rooms that read a clock, and where nothing may block or lock.
CLOCK_ROOMS = {"runtime", "transport", "apps", "examples", "bench"}
LOCK_FREE_ROOMS = {"core", "messages", "wire", "config", "providers", "actors", "agents",
                   "simulator"}
