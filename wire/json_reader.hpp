#pragma once

#include "core/result.hpp"
#include "wire/json_document.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Internal to the sources of `wire/`: the one door between JSON and our types. Do not include it
/// from a header.
namespace spillway::wire {

/// The first thing found wrong while a document is read, and what of it was read.
class json_fault {
public:
  bool found() const noexcept { return first_.has_value(); }
  void report(const std::string& path, const std::string& what);
  /// Requires: found.
  error take() { return std::move(*first_); }

  /// From now on notes what is read. Off at first: most readers take what they know and pass over
  /// the rest.
  void keep_track() { tracks_ = true; }
  void note_read(const nlohmann::json& value) {
    if (tracks_)
      read_.push_back(&value);
  }
  void note_read_whole(const nlohmann::json& value) {
    if (tracks_)
      read_whole_.push_back(&value);
  }
  /// Members of `document` that were not read, in its order, each once: "messages.audio" for the
  /// "audio" of any of the "messages". What is null or empty says nothing and is none of them.
  /// No more than `bounds::left_out_bytes_max` of them, and then one.
  /// Requires: `keep_track` came before the first read.
  std::vector<std::string> unread(const nlohmann::json& document);
  /// Members of `object`, and of the objects in it, that were not read, by their names, which lead
  /// from one to the next with dots: {"note": 1, "image_url.format": "png"}. They count as read.
  /// What lies in lists is left to their elements; what is null or empty, or has a dot in its own
  /// name, is none of them. None before `unread` was called.
  nlohmann::json take_unread(const nlohmann::json& object);

private:
  bool is_read(const nlohmann::json& value) const;
  bool is_read_whole(const nlohmann::json& value) const;
  void add_unread(const nlohmann::json& value, const std::string& path,
                  std::vector<std::string>& out);
  void move_unread(const nlohmann::json& object, const std::string& path, nlohmann::json& out);

  std::optional<error> first_;
  bool tracks_ = false;
  std::vector<const nlohmann::json*> read_;
  std::vector<const nlohmann::json*> read_whole_; ///< with all that is in them
  std::vector<const nlohmann::json*> taken_;      ///< by `take_unread`
  bool is_settled_ = false; ///< all has been read once, and the lists are sorted
  std::size_t unread_bytes_ = 0;
};

/// A place in a document, which may be empty: null and absent are the same. Reading what is not
/// there, or of another type, reports the path to the fault and yields an empty value, so that a
/// decoder reads on and asks once, at the end, whether all was well.
///
/// Refers to the document and the fault, both of which must outlive it. Where a place is, is found
/// out only when a fault is reported there: most are read without one.
class json_node {
public:
  json_node(const nlohmann::json& root, json_fault& fault);

  /// There and not null.
  bool present() const noexcept { return value_ != nullptr; }
  bool is_string() const noexcept { return present() && value_->is_string(); }
  bool is_array() const noexcept { return present() && value_->is_array(); }
  bool is_object() const noexcept { return present() && value_->is_object(); }

  /// A member. Empty if it or this is not there; a fault if this is no object.
  json_node operator[](std::string_view key) const;
  /// An element. Empty if this has fewer; a fault if this is no array.
  json_node operator[](std::size_t index) const;
  /// Names of the members, without those that are null; a fault if this is there but no object.
  std::vector<std::string> names() const;
  /// Elements; 0 if this is not there, a fault if it is no array.
  std::size_t size() const;

  /// A string that must be there.
  std::string text() const;
  /// A string, or `fallback` if it is not there.
  std::string text_or(std::string fallback) const;
  std::optional<std::int64_t> integer() const; ///< whole numbers written as 5.0 count
  std::optional<double> number() const;
  std::optional<bool> boolean() const;
  /// An object's compact text; empty if it is not there.
  std::string object_text() const;
  /// Any value; null if it is not there.
  nlohmann::json value() const;
  /// Any value's compact text; empty if it is not there.
  std::string any_text() const;

  /// See `json_fault`; an empty object if this is none.
  nlohmann::json take_unread() const;

  /// Whatever is in it is known and means nothing to us.
  void pass_over() const;

  /// Reports `what` at this place.
  void reject(const std::string& what) const;

private:
  /// What `value` is within this.
  json_node at(const nlohmann::json& value) const;
  /// What is not there, though this may be; `step`: the way from here.
  json_node missing(std::string_view step) const;
  std::string path() const;
  void expected(const char* type) const;

  const nlohmann::json* root_;
  const nlohmann::json* value_;  ///< null: not there
  const nlohmann::json* within_; ///< what is there and nearest to this: itself or an ancestor
  std::string rest_;             ///< the way from `within_`, as in a path
  json_fault* fault_;
};

} // namespace spillway::wire
