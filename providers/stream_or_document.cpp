#include "providers/stream_or_document.hpp"

#include <algorithm>

namespace spillway::providers {

void stream_or_document::feed(std::string_view bytes, std::vector<chat_delta>& deltas) {
  if (!begun_) {
    bytes.remove_prefix(std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size()));
    begun_ = !bytes.empty();
    is_document_ = begun_ && document_begins_.find(bytes.front()) != std::string_view::npos;
  }
  reader().feed(bytes, deltas);
}

} // namespace spillway::providers
