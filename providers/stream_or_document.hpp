#pragma once

#include "providers/buffered_stream.hpp"

#include <memory>
#include <optional>
#include <string_view>

namespace spillway::providers {

/// Reads a stream, or the one document that came instead of it though no header said so: an error,
/// a page of a proxy's, a whole reply. The first byte that is no blank tells which.
class stream_or_document final : public stream_decoder {
public:
  /// `document_begins`: the characters with which the dialect's streams do not begin, and documents
  /// do.
  stream_or_document(const codec& owner, const wire::http_headers& head, wall_time now,
                     std::string_view document_begins, std::unique_ptr<stream_decoder> stream)
      : stream_{std::move(stream)}, document_begins_{document_begins}, whole_{owner, head, now} {}

  void feed(std::string_view bytes, std::vector<chat_delta>& deltas) override;
  bool ended() const override { return is_document_ ? whole_.ended() : stream_->ended(); }
  void flush(std::vector<chat_delta>& deltas) override { reader().flush(deltas); }
  received_reply finish() override { return reader().finish(); }

private:
  stream_decoder& reader() { return is_document_ ? whole_ : *stream_; }

  std::unique_ptr<stream_decoder> stream_;
  std::string_view document_begins_;
  buffered_stream whole_;
  bool begun_ = false;
  bool is_document_ = false;
};

} // namespace spillway::providers
