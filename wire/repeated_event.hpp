#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Internal to the sources of `wire/`.
namespace spillway::wire {

/// Most events of a stream are the one before with another text. This reads such an event without a
/// document in between, or says that it is another kind of event.
class repeated_event {
public:
  /// `data` is an event, well-formed and read, that says nothing but `text`, which it has as the
  /// value of a member named `member`. It is forgotten again if that member is not to be told from
  /// others beyond doubt. A random padding that follows (`obfuscation`, of OpenAI's) may differ
  /// from event to event.
  void learn(std::string_view data, std::string_view member, std::string_view text);
  void forget() noexcept { before_.clear(); }

  /// The text of `data`, if that is what was learned but for its text. All of `data` has then been
  /// checked to be what a JSON parser takes.
  std::optional<std::string> text_in(std::string_view data) const;

private:
  bool ends_alike(std::string_view rest) const;

  std::string before_; ///< up to the text and its quote; empty: nothing is learned
  std::string after_;  ///< from the quote behind it to the end, or to the padding
  std::string tail_;   ///< from the quote behind the padding; empty: there is no padding
};

} // namespace spillway::wire
