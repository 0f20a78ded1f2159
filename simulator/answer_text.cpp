#include "simulator/answer_text.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace spillway::simulator {
namespace {

constexpr std::size_t quote_bytes_max = 160;

/// At most `quote_bytes_max` bytes of a text on one line, cut between UTF-8 characters.
std::string quote(std::string_view text) {
  std::size_t end = std::min(text.size(), quote_bytes_max);
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  std::string line{text.substr(0, end)};
  std::ranges::replace(line, '\n', ' ');
  return end < text.size() ? line + "..." : line;
}

std::string describe(const file_finding& file) {
  std::string text = "`" + file.path + "` has " + std::to_string(file.lines) + " lines";
  const std::size_t named = std::min<std::size_t>(file.names.size(), 3);
  for (std::size_t i = 0; i < named; ++i)
    text += (i == 0 ? " and mentions `" : ", `") + file.names[i] + "`";
  text += ".\n";
  for (const std::string& note : file.notes)
    text += "  Note there: " + quote(note) + "\n";
  return text;
}

std::string describe(const search_finding& search) {
  std::string text = "Searching for `" + quote(search.text) + "` gave "
                     + std::to_string(search.matches.size()) + " lines";
  return text
         + (search.matches.empty() ? ".\n" : ", first: " + quote(search.matches.front()) + "\n");
}

/// Sentences and lines of a text, none empty.
std::vector<std::string> sentences_in(std::string_view text) {
  std::vector<std::string> sentences;
  std::string sentence;
  const auto end_sentence = [&] {
    const std::size_t start = sentence.find_first_not_of(' ');
    if (start != std::string::npos)
      sentences.push_back(sentence.substr(start));
    sentence.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') {
      end_sentence();
      continue;
    }
    sentence += text[i];
    const bool stops = text[i] == '.' || text[i] == '?' || text[i] == '!';
    if (stops && (i + 1 == text.size() || text[i + 1] == ' '))
      end_sentence();
  }
  end_sentence();
  return sentences;
}

/// The longest words first: they tell most about the subject.
std::vector<std::string> subjects_in(std::string_view text) {
  std::vector<std::string> words = words_in(text);
  std::erase_if(words, [](const std::string& word) { return word.size() < 5; });
  std::ranges::stable_sort(words, std::ranges::greater{}, &std::string::size);
  return words;
}

} // namespace

std::string answer_from_findings(const findings& found) {
  std::string text = "On \"" + quote(found.question) + "\":\n";
  if (!found.paths.empty())
    text += "The listing names " + std::to_string(found.paths.size()) + " files.\n";
  for (const file_finding& file : found.files)
    text += describe(file);
  for (const search_finding& search : found.searches)
    text += describe(search);
  for (const other_finding& other : found.others)
    text += "`" + other.tool + "` answered: " + quote(other.result) + "\n";
  if (!found.failures.empty())
    text += std::to_string(found.failures.size())
            + " tool calls failed, the first with: " + quote(found.failures.front()) + "\n";
  return text;
}

std::string answer_from_question(const std::string& question, std::size_t bytes_wanted) {
  const auto sentences = sentences_in(question);
  if (sentences.empty())
    return "The last message holds no text to answer.";
  const auto subjects = subjects_in(question);
  std::string text = "In short: " + quote(sentences.front());
  for (std::size_t i = 0; text.size() < bytes_wanted; ++i) {
    text += "\n" + std::to_string(i + 1) + ". ";
    if (!subjects.empty())
      text += "As to " + subjects[i % subjects.size()] + ": ";
    text += quote(sentences[i % sentences.size()]);
  }
  return text;
}

} // namespace spillway::simulator
