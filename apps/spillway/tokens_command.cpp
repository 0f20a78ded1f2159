#include "apps/spillway/tokens_command.hpp"

#include "apps/spillway/config_choice.hpp"
#include "apps/spillway/text_input.hpp"
#include "apps/spillway/token_table.hpp"
#include "core/tokens/bpe.hpp"
#include "core/tokens/running_count.hpp"
#include "wire/json_member.hpp"
#include "wire/token_report_json.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <deque>
#include <memory>

namespace spillway::apps {
namespace {

struct tokens_options {
  std::vector<std::string> files;
  std::vector<std::string> models;
  std::string encoding;
  std::string field;
  std::string config_file;
  bool json = false;
  bool ids = false;
  bool decode = false;
};

// Faults of JSON lines that are told one by one; the rest are only counted.
constexpr std::int64_t faults_told_max = 20;

std::string encoding_names() {
  std::string names;
  for (const tokens::encoding e : tokens::all_encodings)
    names += (names.empty() ? "" : ", ") + std::string{to_string(e)};
  return names;
}

/// Models asked for, or all of the configuration that chat and are still served; entries of its own
/// for names that only have a tokenizer.
class model_choice {
public:
  static result<model_choice> make(const tokens_options& options) {
    auto settings = read_config(options.config_file);
    if (!settings)
      return settings.failure();
    model_choice out;
    out.known_ = std::make_unique<catalog>(std::move(settings->models));
    const wall_time now = std::chrono::system_clock::now();
    if (options.models.empty())
      for (const model_entry& m : out.known_->models())
        if (m.can.kind == model_kind::chat && stage_of(m.life, now) != life_stage::retired)
          out.chosen_.push_back(&m);
    for (const std::string& name : options.models)
      if (const auto added = out.add(name); !added)
        return added.failure();
    return out;
  }

  std::span<const model_entry* const> models() const noexcept { return chosen_; }

private:
  result<void> add(const std::string& name) {
    if (const model_entry* model = known_->resolve(name)) {
      chosen_.push_back(model);
      return {};
    }
    if (&tokens::tokenizer_of(name) == &tokens::tokenizer_of("")) {
      const model_entry* near = known_->nearest(name);
      return error{"no model `" + name + "`"
                   + (near ? "; did you mean `" + near->id.value + "`?" : std::string{";"})
                   + " `spillway models` lists all"};
    }
    model_entry& entry = unlisted_.emplace_back();
    entry.id = model_id{name};
    entry.provider = provider_id{"?"};
    entry.upstream_name = name;
    chosen_.push_back(&entry);
    return {};
  }

  std::unique_ptr<catalog> known_;
  std::deque<model_entry> unlisted_;
  std::vector<const model_entry*> chosen_;
};

result<void> feed(const std::string& path, tokens::gauge& one, tokens::gauge& all) {
  const auto read = read_to_end(path, [&](std::string_view bytes) -> result<void> {
    one.add(bytes);
    all.add(bytes);
    return {};
  });
  if (!read)
    return read;
  one.finish();
  return {};
}

int fail(const std::string& message) {
  std::fprintf(stderr, "spillway: %s\n", message.c_str());
  return 1;
}

/// Counts files and reports them. Each file is a text of its own: where two meet no token goes
/// across.
int report_files(const tokens_options& options, const tokens::tokenizer& by,
                 std::span<const model_entry* const> models) {
  std::vector<const tokens::tokenizer*> needed{&by};
  for (const model_entry* model : models)
    needed.push_back(&tokens::tokenizer_of(model->upstream_name));
  tokens::gauge all{needed};
  report::token_report r;
  r.counted_by = by.name;
  r.exact = by.exact.has_value();
  bool complete = true;
  for (const std::string& path : options.files) {
    tokens::gauge one{std::array{&by}};
    if (const auto fed = feed(path, one, all); !fed) {
      fail(fed.failure().message);
      complete = false;
      continue;
    }
    all.finish();
    r.files.push_back({path == "-" ? "standard input" : path, one.bytes(), one.tokens(by)});
    r.total.bytes += one.bytes();
  }
  r.total.name = "total";
  r.total.tokens = all.tokens(by);
  r.models = report::shares_of(all, models, std::chrono::system_clock::now());
  if (options.json)
    std::printf("%s\n", wire::encode_token_report(r).c_str());
  else if (!r.files.empty())
    print_token_table(r);
  return complete ? 0 : 1;
}

std::int64_t count_by(const tokens::tokenizer& by, std::string_view text) {
  return by.exact ? tokens::count(*by.exact, text)
                  : std::llround(std::ceil(
                        tokens::estimated_tokens(by, tokens::features_of(text))));
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == line.npos;
}

/// Prints a count for each line that is not blank; an empty line for one that cannot be counted.
/// Returns how many those are.
result<std::int64_t> count_lines(text_input& input, const tokens::tokenizer& by,
                                 wire::json_member& member) {
  std::int64_t faults = 0;
  std::string_view line;
  for (std::int64_t number = 1;; ++number) {
    const auto more = input.next_line(line);
    if (!more)
      return more.failure();
    if (!*more)
      return faults;
    if (number == 1 && line.starts_with("\xef\xbb\xbf"))
      line.remove_prefix(3);
    if (is_blank(line))
      continue;
    const auto text = member.read(line);
    if (text) {
      std::printf("%lld\n", static_cast<long long>(count_by(by, *text)));
      continue;
    }
    std::puts("");
    if (++faults <= faults_told_max)
      std::fprintf(stderr, "spillway: %s:%lld: %s\n", input.name().c_str(),
                   static_cast<long long>(number), text.failure().message.c_str());
  }
}

int count_json_lines(const tokens_options& options, const tokens::tokenizer& by) {
  wire::json_member member{options.field};
  std::int64_t faults = 0;
  for (const std::string& path : options.files) {
    auto input = text_input::open(path);
    if (!input)
      return fail(input.failure().message);
    const auto here = count_lines(*input, by, member);
    if (!here)
      return fail(here.failure().message);
    faults += *here;
  }
  if (faults > 0)
    fail(std::to_string(faults) + (faults == 1 ? " line" : " lines")
         + " could not be counted; the output has an empty line for each");
  return faults == 0 ? 0 : 1;
}

void print_ids(tokens::encoding e, std::string_view text) {
  for (const tokens::token_id id : tokens::encode(e, text))
    std::printf("%u ", id);
}

int print_all_ids(const tokens_options& options, tokens::encoding e) {
  for (const std::string& path : options.files) {
    auto input = text_input::open(path);
    if (!input)
      return fail(input.failure().message);
    tokens::clean_parts parts;
    for (;;) {
      const auto bytes = input->next_bytes();
      if (!bytes)
        return fail(bytes.failure().message);
      if (bytes->empty())
        break;
      print_ids(e, parts.add(*bytes));
    }
    print_ids(e, parts.rest());
    std::puts("");
  }
  return 0;
}

result<void> write_text(std::string_view word, tokens::encoding e) {
  tokens::token_id id = 0;
  const auto [end, fault] = std::from_chars(word.data(), word.data() + word.size(), id);
  if (fault != std::errc{} || end != word.data() + word.size())
    return error{"expected token numbers parted by blanks or line ends"};
  const auto text = tokens::decode(e, std::array{id});
  if (!text)
    return text.failure();
  std::fwrite(text->data(), 1, text->size(), stdout);
  return {};
}

result<void> decode_line(std::string_view line, tokens::encoding e) {
  constexpr std::string_view between = " \t\r,[]";
  for (std::size_t at = line.find_first_not_of(between); at < line.size();
       at = line.find_first_not_of(between, at)) {
    const std::size_t end = std::min(line.find_first_of(between, at), line.size());
    if (const auto written = write_text(line.substr(at, end - at), e); !written)
      return written.failure();
    at = end;
  }
  return {};
}

int decode_all(const tokens_options& options, tokens::encoding e) {
  for (const std::string& path : options.files) {
    auto input = text_input::open(path);
    if (!input)
      return fail(input.failure().message);
    std::string_view line;
    for (std::int64_t number = 1;; ++number) {
      const auto more = input->next_line(line);
      if (!more)
        return fail(more.failure().message);
      if (!*more)
        break;
      if (const auto decoded = decode_line(line, e); !decoded)
        return fail(input->name() + ":" + std::to_string(number) + ": "
                    + decoded.failure().message);
    }
  }
  return 0;
}

int run(const tokens_options& options) {
  std::vector<const model_entry*> none;
  std::optional<model_choice> choice;
  const tokens::tokenizer* by = &tokens::tokenizer_of("gpt-4o");
  if (!options.encoding.empty()) {
    by = tokens::tokenizer_named(options.encoding);
    if (by == nullptr)
      return fail("no encoding `" + options.encoding + "`; there are " + encoding_names());
  } else {
    auto made = model_choice::make(options);
    if (!made)
      return fail(made.failure().message);
    choice = std::move(*made);
    if (options.models.size() == 1)
      by = &tokens::tokenizer_of(choice->models().front()->upstream_name);
  }
  if (!options.field.empty())
    return count_json_lines(options, *by);
  if (!options.ids && !options.decode)
    return report_files(options, *by, choice ? choice->models() : none);
  if (!by->exact)
    return fail("the tokens of " + std::string{by->name} + " have no public numbers");
  return options.ids ? print_all_ids(options, *by->exact) : decode_all(options, *by->exact);
}

constexpr const char* notes =
    R"(Examples:
  spillway tokens README.md docs/*.md
  spillway tokens --model gpt-4o --json < prompt.txt
  spillway tokens --encoding o200k_base --jsonl text requests.jsonl)";

} // namespace

void add_tokens_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<tokens_options>();
  CLI::App* command = app.add_subcommand(
      "tokens", "Count tokens of files or standard input, and what each model charges for them");
  command->group("Work with models");
  command->footer(notes);
  command->add_option("FILE", options->files, "Files, - for standard input (default: that)");
  auto* models = command->add_option("--model", options->models,
                                     "Only this model; may be given several times");
  command->add_option("--encoding", options->encoding, "Count in it: " + encoding_names())
      ->excludes(models);
  auto* field = command->add_option(
      "--jsonl", options->field, "The files are JSON lines: print a count for this field of each");
  auto* json = command->add_flag("--json", options->json, "The report as one line of JSON");
  auto* ids = command->add_flag("--ids", options->ids, "Print the token numbers, a line a file");
  auto* decode =
      command->add_flag("--decode", options->decode,
                        "The files hold token numbers: print the text");
  field->excludes(json)->excludes(ids)->excludes(decode);
  json->excludes(ids)->excludes(decode);
  ids->excludes(decode);
  add_config_option(*command, options->config_file);
  command->callback([options, &exit_code] {
    if (options->files.empty())
      options->files.emplace_back("-");
    exit_code = run(*options);
  });
}

} // namespace spillway::apps
