# Third-party libraries, all Debian 12 packages (scripts/setup installs them). One imported target
# each, so that a room names what it uses and nothing else reaches its headers.
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(absl REQUIRED)
find_package(simdjson 3.0 REQUIRED)
find_package(CAF REQUIRED)
