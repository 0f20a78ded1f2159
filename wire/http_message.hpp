#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spillway::wire {

/// True if the two differ in the case of ASCII letters at most.
bool same_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// Header fields in order of arrival. Names keep their spelling; look-ups ignore case.
class http_headers {
public:
  void add(std::string name, std::string value);
  /// The first value of `name`, or empty if there is none.
  std::string_view find(std::string_view name) const noexcept;
  bool contains(std::string_view name) const noexcept;
  auto begin() const noexcept { return fields_.begin(); }
  auto end() const noexcept { return fields_.end(); }
  std::size_t size() const noexcept { return fields_.size(); }

private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// One request as it stands on the wire, without the host. The transport adds Host,
/// Content-Length and Connection.
struct http_request {
  std::string method = "GET";
  std::string target = "/"; ///< origin form: "/v1/chat/completions"
  http_headers headers;
  std::string body;
};

/// One reply as it stood on the wire, body decoded from its transfer coding.
struct http_response {
  int status = 200;
  http_headers headers;
  std::string body;
};

} // namespace spillway::wire
