#include "apps/spillway/batch_command.hpp"

#include "apps/spillway/batch_job_writer.hpp"
#include "apps/spillway/config_choice.hpp"
#include "apps/spillway/text_input.hpp"
#include "apps/spillway/text_table.hpp"
#include "core/catalog.hpp"
#include "core/money/pricing.hpp"
#include "core/routing/selection.hpp"
#include "providers/registry.hpp"
#include "wire/openai/batch.hpp"
#include "wire/openai/chat_reply.hpp"
#include "wire/openai/chat_request.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <utility>

namespace spillway::apps {
namespace {

/// Faults that are told one by one; the rest are only counted.
constexpr std::uint64_t faults_told_max = 20;

struct batch_options {
  std::string file;
  std::string model;
  std::string provider;
  std::string folder = ".";
  std::string config_file;
};

result<config::settings> settings_of(const batch_options& options) {
  return read_config(options.config_file);
}

int fail(const std::string& message) {
  std::fprintf(stderr, "spillway: %s\n", message.c_str());
  return 1;
}

/// "1 line is wrong", "2 lines are wrong"
std::string lines_wrong(std::uint64_t count) {
  return with_commas(count) + (count == 1 ? " line is wrong" : " lines are wrong");
}

/// Tells what is wrong with lines of a file, and how many there were.
class line_faults {
public:
  explicit line_faults(std::string file) : file_{std::move(file)} {}

  void tell(std::uint64_t line, const std::string& why) {
    if (++count_ <= faults_told_max)
      fail(file_ + ":" + std::to_string(line) + ": " + why);
    else if (count_ == faults_told_max + 1)
      fail("more lines are wrong; they are only counted");
  }
  std::uint64_t count() const noexcept { return count_; }

private:
  std::string file_;
  std::uint64_t count_ = 0;
};

/// Shows each line that is not blank with its number. Errors: the file cannot be read.
result<void> for_each_line(const std::string& path,
                           const std::function<void(std::uint64_t, std::string_view)>& show) {
  auto input = text_input::open(path);
  if (!input)
    return input.failure();
  std::string_view line;
  for (std::uint64_t number = 1;; ++number) {
    const auto more = input->next_line(line);
    if (!more)
      return more.failure();
    if (!*more)
      return {};
    if (line.find_first_not_of(" \t\r") != std::string_view::npos)
      show(number, line);
  }
}

// -- write ----------------------------------------------------------------------------------------

result<const config::provider_settings*> provider_of(const config::settings& settings,
                                                     const model_entry& model) {
  const auto p =
      std::ranges::find(settings.providers, model.provider, &config::provider_settings::id);
  if (p == settings.providers.end())
    return error{"no provider '" + model.provider.value + "' is configured"};
  return &*p;
}

result<providers::batch_format> format_for(const config::settings& settings,
                                           const model_entry& model) {
  const auto p = provider_of(settings, model);
  if (!p)
    return p.failure();
  const auto format = providers::batch_format_of((*p)->dialect);
  if (!format)
    return error{model.id.value + ": " + format.failure().message};
  return *format;
}

/// One line of a job's input, and what it comes to.
struct planned_call {
  std::string custom_id;
  const model_entry* model = nullptr;
  chat_request chat;
  token_count output_max;
  token_count input;
  nano_usd prompt;
  nano_usd most;
};

/// Reads lines of OpenAI's batch files for the models of a catalog.
class call_planner {
public:
  call_planner(const config::settings& settings, std::string model)
      : settings_{settings}, models_{settings.models}, override_{std::move(model)},
        now_{std::chrono::system_clock::now()} {}

  result<planned_call> plan(std::string_view line) {
    auto call = wire::openai::decode_batch_call(line);
    if (!call)
      return call.failure();
    if (call->url != "/v1/chat/completions")
      return error{"url must be /v1/chat/completions; other calls cannot be translated"};
    auto body = wire::openai::decode_chat_request(call->body);
    if (!body)
      return error{"in body: " + body.failure().message};
    if (body->stream)
      return error{"in body: stream must be false; a job answers all at once"};
    const std::string& name = override_.empty() ? body->model : override_;
    const model_entry* const model = models_.resolve(name);
    if (model == nullptr)
      return error{"in body: model `" + name + "` is none that we know; `spillway models` lists "
                   + "all"};
    if (auto named = check_name(call->custom_id, *model); !named)
      return named.failure();
    return reckon({std::move(call->custom_id), model, std::move(body->request), {}, {}, {}, {}});
  }

private:
  result<void> check_name(const std::string& custom_id, const model_entry& model) const {
    const auto format = format_for(settings_, model);
    return format ? providers::check_custom_id(*format, custom_id)
                  : result<void>{format.failure()};
  }

  /// Whether the model can serve it, and what it costs in a batch.
  result<planned_call> reckon(planned_call c) {
    routing::selection_policy any;
    any.refuse_unknown_price = false;
    const routing::selection s =
        routing::select_candidates(models_, {"", {c.model->id}}, c.chat, any, now_, counter_);
    if (s.candidates.empty())
      return error{routing::reasons(s)};
    c.output_max = s.candidates.front().output_max;
    c.input = s.candidates.front().input_likely;
    token_usage usage;
    usage.tier = service_tier::batch;
    usage.input = c.input;
    c.prompt = cost_of(usage, *c.model);
    usage.output = token_count{c.output_max.value() * c.chat.choices};
    c.most = cost_of(usage, *c.model);
    return c;
  }

  nano_usd cost_of(const token_usage& usage, const model_entry& model) const {
    const auto cost = money::cost_of(usage, model.pricing, now_);
    return cost ? cost->total : nano_usd{};
  }

  const config::settings& settings_;
  catalog models_;
  std::string override_;
  wall_time now_;
  tokens::prompt_counter counter_;
};

/// The files of all models that a job's input names.
class job_files {
public:
  job_files(const config::settings& settings, const batch_options& options)
      : settings_{settings}, options_{options} {}

  result<void> add(const planned_call& c) {
    auto place = files_.find(c.model->id);
    if (place == files_.end()) {
      auto opened = open(*c.model);
      if (!opened)
        return opened.failure();
      place = files_.emplace(c.model->id, std::move(*opened)).first;
    }
    model_files& f = place->second;
    const std::string call = providers::encode_batch_call(
        f.format, *f.speaks, c.custom_id,
        {.request = c.chat,
         .model = c.model->upstream_name,
         .output_max = c.output_max,
         .responses_only = speaks_responses_only(c.model->can)});
    return f.writer->add(call, c.input, c.prompt, c.most);
  }

  result<void> finish() {
    for (auto& [model, files] : files_)
      if (auto done = files.writer->finish(); !done)
        return done;
    return {};
  }

  void print() const {
    using align = text_table::align;
    text_table table{{{"file"},
                      {"model"},
                      {"calls", align::right},
                      {"bytes", align::right},
                      {"prompt tokens", align::right},
                      {"prompts cost", align::right},
                      {"all at most", align::right}}};
    for (const auto& [model, files] : files_)
      for (const written_job& j : files.writer->jobs())
        table.add({j.path, model.value, with_commas(j.calls), with_commas(j.bytes),
                   "~" + with_commas(static_cast<std::uint64_t>(j.input.value())),
                   priced(files, j.prompts), priced(files, j.most)});
    std::printf("%s", table.text().c_str());
    for (const auto& [model, files] : files_)
      if (files.has_price && !files.has_batch_price)
        std::printf("%s: no price of batches is known; reckoned at that of single calls\n",
                    model.value.c_str());
  }

private:
  struct model_files {
    providers::batch_format format;
    std::shared_ptr<const providers::codec> speaks;
    std::unique_ptr<batch_job_writer> writer;
    bool has_price = false;
    bool has_batch_price = false;
  };

  result<model_files> open(const model_entry& model) const {
    const auto p = provider_of(settings_, model);
    if (!p)
      return p.failure();
    const auto format = format_for(settings_, model);
    if (!format)
      return format.failure();
    auto speaks = providers::make_codec((*p)->dialect, (*p)->url.path, {});
    if (!speaks)
      return speaks.failure();
    std::string name = model.id.value;
    std::ranges::replace(name, '/', '_');
    const std::filesystem::path stem =
        std::filesystem::path{options_.folder}
        / (std::filesystem::path{options_.file}.stem().string() + "-" + name);
    return model_files{*format, *speaks,
                       std::make_unique<batch_job_writer>(stem.string(), *format),
                       !model.pricing.rows.empty(), has_batch_price(model.pricing)};
  }

  /// One that is that of single calls is none.
  static bool has_batch_price(const money::model_pricing& pricing) {
    return std::ranges::any_of(pricing.rows, [](const money::dated_price& row) {
      return row.factors.batch < money::service_factors{}.batch;
    });
  }

  static std::string priced(const model_files& files, nano_usd amount) {
    return files.has_price ? to_display_usd(amount, 6) : "no price";
  }

  const config::settings& settings_;
  const batch_options& options_;
  std::map<model_id, model_files> files_;
};

int write_jobs(const batch_options& options) {
  const auto settings = settings_of(options);
  if (!settings)
    return fail(settings.failure().message);
  if (options.file == "-")
    return fail("FILE is read twice, so it cannot be standard input");
  call_planner planner{*settings, options.model};
  line_faults faults{options.file};
  std::set<std::string> ids;
  const auto check = [&](std::uint64_t number, std::string_view line) {
    auto call = planner.plan(line);
    if (!call)
      faults.tell(number, call.failure().message);
    else if (!ids.insert(call->custom_id).second)
      faults.tell(number, "custom_id '" + call->custom_id + "' stands in an earlier line, too");
  };
  if (auto read = for_each_line(options.file, check); !read)
    return fail(read.failure().message);
  if (faults.count() > 0)
    return fail(lines_wrong(faults.count()) + "; nothing was written");
  if (ids.empty())
    return fail(options.file + " has no calls");
  std::error_code failed;
  std::filesystem::create_directories(options.folder, failed);
  if (failed)
    return fail("--out " + options.folder + ": " + failed.message());
  job_files files{*settings, options};
  result<void> added;
  const auto write = [&](std::uint64_t, std::string_view line) {
    if (!added)
      return;
    const auto call = planner.plan(line);
    added = call ? files.add(*call) : result<void>{call.failure()};
  };
  if (auto read = for_each_line(options.file, write); !read)
    return fail(read.failure().message);
  if (!added)
    return fail(added.failure().message + "; nothing was written");
  if (auto done = files.finish(); !done)
    return fail(done.failure().message);
  files.print();
  return 0;
}

// -- read -----------------------------------------------------------------------------------------

/// What a job's results come to.
struct result_totals {
  std::uint64_t answered = 0;
  std::map<std::string, std::uint64_t> failed; ///< by what comes before the first colon
  token_count input;
  token_count output;
  nano_usd cost;
  std::uint64_t unpriced = 0;
};

/// Writes an outcome as a line of OpenAI's output files on standard output.
void pass_on(const providers::batch_outcome& outcome, const catalog& models, wall_time now,
             result_totals& totals) {
  std::string line;
  if (!outcome.reply) {
    ++totals.failed[outcome.failure.substr(0, outcome.failure.find(':'))];
    wire::openai::append_batch_outcome(line, {outcome.custom_id, 0, {}, outcome.failure});
    std::fwrite(line.data(), 1, line.size(), stdout);
    return;
  }
  const chat_reply& reply = *outcome.reply;
  ++totals.answered;
  totals.input += reply.usage.input;
  totals.output += reply.usage.output;
  const model_entry* const model = models.resolve(reply.model_reported);
  const auto cost = model == nullptr
                        ? std::nullopt
                        : money::cost_of(reply.usage, model->pricing, now);
  totals.cost += cost ? cost->total : nano_usd{};
  totals.unpriced += cost ? 0 : 1;
  wire::openai::append_batch_outcome(
      line,
      {outcome.custom_id, 200,
       wire::openai::encode_chat_reply(reply, reply.provider_request_id, now), {}},
      cost ? std::optional{cost->total} : std::nullopt);
  std::fwrite(line.data(), 1, line.size(), stdout);
}

void print_totals(const result_totals& t) {
  std::fprintf(stderr, "%s answered: %s tokens in, %s out, %s at the price of a batch\n",
               with_commas(t.answered).c_str(),
               with_commas(static_cast<std::uint64_t>(t.input.value())).c_str(),
               with_commas(static_cast<std::uint64_t>(t.output.value())).c_str(),
               to_display_usd(t.cost, 6).c_str());
  if (t.unpriced > 0)
    std::fprintf(stderr, "%s of them by models without a price\n",
                 with_commas(t.unpriced).c_str());
  for (const auto& [why, count] : t.failed)
    std::fprintf(stderr, "%s not answered: %s\n", with_commas(count).c_str(), why.c_str());
}

/// A dialect by its own name, or by that of a configured provider.
std::string dialect_of(const std::string& name, const config::settings& settings) {
  const auto p =
      std::ranges::find(settings.providers, provider_id{name}, &config::provider_settings::id);
  return p == settings.providers.end() ? name : p->dialect;
}

int read_results(const batch_options& options) {
  auto settings = settings_of(options);
  if (!settings)
    return fail(settings.failure().message);
  const std::string dialect = dialect_of(options.provider, *settings);
  const auto format = providers::batch_format_of(dialect);
  if (!format)
    return fail("--provider: " + format.failure().message);
  const auto speaks = providers::make_codec(dialect, {}, {});
  if (!speaks)
    return fail("--provider: " + speaks.failure().message);
  const catalog models{std::move(settings->models)};
  const wall_time now = std::chrono::system_clock::now();
  line_faults faults{options.file};
  result_totals totals;
  const auto read = for_each_line(options.file, [&](std::uint64_t number, std::string_view line) {
    const auto outcome = providers::decode_batch_outcome(*format, **speaks, line);
    if (outcome)
      pass_on(*outcome, models, now, totals);
    else
      faults.tell(number, outcome.failure().message);
  });
  if (!read)
    return fail(read.failure().message);
  print_totals(totals);
  return faults.count() == 0 ? 0 : 1;
}

constexpr const char* notes =
    R"(Examples:
  spillway batch write calls.jsonl --out jobs
  spillway batch read --provider anthropic results.jsonl > answers.jsonl)";

} // namespace

void add_batch_command(CLI::App& app, int& exit_code) {
  CLI::App* batch = app.add_subcommand(
      "batch", "Files of batch jobs, which vendors answer within a day at half the price");
  batch->group("Work with models");
  batch->footer(notes);
  batch->require_subcommand(1);
  auto options = std::make_shared<batch_options>();

  CLI::App* write = batch->add_subcommand(
      "write", "Write a job's input for the vendor of its model, checked and priced");
  write
      ->add_option("FILE", options->file,
                   "Calls as OpenAI has them: lines of {custom_id, method, url, body}")
      ->required();
  write->add_option("--model", options->model, "Ask this model, whatever the calls say");
  write->add_option("--out", options->folder, "Folder for the job's files")
      ->capture_default_str();
  add_config_option(*write, options->config_file);
  write->callback([options, &exit_code] { exit_code = write_jobs(*options); });

  CLI::App* read = batch->add_subcommand(
      "read", "Turn a job's results into lines as OpenAI has them, with what each cost");
  read->add_option("FILE", options->file, "The results as they came, - for standard input")
      ->required();
  read->add_option("--provider", options->provider,
                   "Who answered: openai, anthropic, gemini or a configured provider")
      ->required();
  add_config_option(*read, options->config_file);
  read->callback([options, &exit_code] { exit_code = read_results(*options); });
}

} // namespace spillway::apps
