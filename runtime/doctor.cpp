#include "runtime/doctor.hpp"

#include "config/lifecycle.hpp"
#include "config/load.hpp"
#include "core/bounds.hpp"
#include "providers/probe.hpp"
#include "providers/registry.hpp"
#include "runtime/alert_targets.hpp"
#include "runtime/command_network.hpp"
#include "runtime/gateway_access.hpp"
#include "storage/ledger_reader.hpp"
#include "transport/beast_listener.hpp"
#include "wire/duration.hpp"
#include "wire/iso_time.hpp"

#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

namespace spillway::runtime {
namespace {

using report::checkup_item;
using report::checkup_result;

constexpr transport::http_timeouts probe_timeouts{std::chrono::seconds{5}, std::chrono::seconds{10},
                                                  std::chrono::seconds{10},
                                                  std::chrono::seconds{15}};

/// Servers tell their time to the second.
constexpr duration skew_noticed = std::chrono::seconds{5};
/// Signatures and certificates begin to fail.
constexpr duration skew_harmful = std::chrono::minutes{5};

/// Time enough to get another one.
constexpr std::chrono::days certificate_notice{14};

constexpr std::uint64_t mebibyte = 1024 * 1024;
/// About a million calls.
constexpr std::uint64_t disk_space_low = 1024 * mebibyte;
constexpr std::uint64_t disk_space_gone = 50 * mebibyte;
/// Sockets of callers and upstreams, each with a margin.
constexpr rlim_t open_files_wanted = 4'096;

std::string milliseconds(duration d) {
  return std::to_string(std::chrono::round<std::chrono::milliseconds>(d).count()) + " ms";
}

std::string advice_on_failure(transport::http_failure_kind kind, const std::string& key) {
  using failure = transport::http_failure_kind;
  switch (kind) {
    case failure::resolve_failed: return "check the host in `" + key + "` and this machine's DNS";
    case failure::connect_failed:
    case failure::connect_timeout:
      return "check the port in `" + key + "`, firewalls and whether the server runs";
    case failure::tls_failed:
      return "check that `" + key + "` should be https, and `ca_file`, this machine's certificates "
             "and its clock";
    default: return "try again; if it stays so, look at the server's status page";
  }
}

/// A question to one server and what it is about.
struct probe {
  std::string what; ///< "provider openai"
  std::string url_key;
  std::string key_advice; ///< what to do if the credential is refused
  std::string dialect;    ///< empty: none of a provider
  std::future<transport::http_exchange> answer;
};

/// What the server's refusal means, in its own dialect: some refuse a key with 400.
call_failure failure_of(const probe& p, const wire::http_response& r) {
  const auto speaks = providers::make_codec(p.dialect.empty() ? "generic" : p.dialect, {}, {});
  const auto outcome = (*speaks)->decode(r, std::chrono::system_clock::now());
  const auto* failure = std::get_if<call_failure>(&outcome);
  return failure != nullptr ? *failure : call_failure{};
}

checkup_item judge_refusal(const probe& p, const wire::http_response& r,
                           const std::string& answers) {
  const call_failure why = failure_of(p, r);
  switch (why.kind) {
    case failure_kind::unauthorized:
      return {p.what, checkup_result::failed, answers + ", and does not take the key: "
                                                  + why.message,
              p.key_advice};
    case failure_kind::quota_exhausted:
      return {p.what, checkup_result::failed, answers + ": " + why.message,
              "its account has no money or no quota left: see its billing pages"};
    case failure_kind::rate_limited:
      return {p.what, checkup_result::warning, answers + ": 429, too many requests",
              "somebody else uses the key, or its limits are very low"};
    default: break;
  }
  return {p.what, checkup_result::failed,
          answers + " with " + std::to_string(r.status) + ": " + why.message,
          r.status / 100 == 5 ? "its own trouble: look at its status page"
                              : "check `" + p.url_key + "`"};
}

checkup_item judge_answer(const probe& p, const wire::http_response& r, duration took) {
  const std::string answers = "answers in " + milliseconds(took);
  switch (r.status) {
    case 200: return {p.what, checkup_result::good, answers + " and takes the key", {}};
    case 403:
      return {p.what, checkup_result::warning,
              answers + "; this key may not list models, calls may work all the same",
              "make a call (`spillway run`), or give the key the right to list models"};
    case 404:
      return {p.what, checkup_result::warning,
              answers + ", but has no list of models: whether it takes the key is not known",
              "check the path in `" + p.url_key + "`"};
    default: return judge_refusal(p, r, answers);
  }
}

/// What to do about a key that is refused.
std::string key_advice_for(const config::provider_settings& p, const config::key_settings& k) {
  if (k.env.empty())
    return "name the variable with its key in `providers." + p.id.value + ".api_key_env`";
  return "set " + k.env.front() + " to a key that is valid there";
}

/// "no answer: HOST: no answer" says it twice.
std::string told(const transport::http_failure& f) {
  const std::string kind = to_string(f.kind);
  return f.message.find(kind) != std::string::npos ? f.message : kind + ": " + f.message;
}

std::string counted(std::size_t n, const char* one, const char* many) {
  return std::to_string(n) + " " + (n == 1 ? one : many);
}

class doctor {
public:
  explicit doctor(const doctor_options& options) : options_{options} {}

  std::vector<checkup_item> examine() {
    if (!look_at_configuration())
      return std::move(items_);
    look_at_keys();
    call_servers();
    look_at_clock();
    look_at_journal();
    look_at_alert_targets();
    look_at_gateway();
    look_at_address();
    look_at_open_files();
    return std::move(items_);
  }

private:
  void add(std::string what, checkup_result r, std::string detail, std::string advice = {}) {
    items_.push_back({std::move(what), r, std::move(detail), std::move(advice)});
  }

  bool look_at_configuration() {
    const std::string& file = options_.config_file;
    auto loaded = file.empty() ? config::load_text("", "defaults") : config::load_file(file);
    if (!loaded) {
      add("configuration", checkup_result::failed, loaded.failure().message,
          "put the file right; docs/CONFIG.md has every key");
      return false;
    }
    settings_ = std::move(*loaded);
    add("configuration", checkup_result::good,
        file.empty() ? "what is built in; `spillway config init` writes a file to begin with"
                     : file + " is valid");
    return true;
  }

  void look_at_keys() {
    auto read = config::read_environment(settings_, options_.environment);
    for (const std::string& w : settings_.warnings)
      add("configuration", checkup_result::warning, w);
    for (const std::string& w :
         config::lifecycle_warnings(settings_, std::chrono::system_clock::now()))
      add("configuration", checkup_result::warning, w);
    if (!read)
      return add("keys", checkup_result::failed, read.failure().message,
                 "set one of these variables, or let `routes.default` name models whose key you "
                 "have");
    secrets_ = std::move(*read);
    std::string names;
    for (const config::provider_settings& p : settings_.providers)
      names += (names.empty() ? "" : ", ") + p.id.value;
    add("keys", checkup_result::good,
        counted(settings_.models.size(), "model", "models") + " of " + names + " can be used");
  }

  // -- servers ------------------------------------------------------------------------------------

  void call_servers() {
    if (options_.offline || !secrets_)
      return add("servers", checkup_result::skipped,
                 options_.offline ? "not asked, as you wish" : "not asked without keys");
    std::vector<probe> probes;
    for (const config::provider_settings& p : settings_.providers)
      for (const config::key_settings& k : p.keys)
        begin_provider(p, k, probes);
    begin_langfuse(probes);
    for (probe& p : probes)
      finish(p);
  }

  void begin(std::vector<probe>& probes, probe p, const http_client_needs& needs,
             const config::base_url& url, wire::http_request request) {
    auto http = network_.factory()(needs);
    if (!http)
      return add(p.what, checkup_result::failed, http.failure().message, "check `ca_file`");
    p.answer = ask(**http, {url.tls, url.host, url.port}, std::move(request), probe_timeouts);
    probes.push_back(std::move(p));
  }

  void begin_provider(const config::provider_settings& p, const config::key_settings& k,
                      std::vector<probe>& probes) {
    const auto key = secrets_->api_keys.find(k.id(p.id));
    const bool keyed = key != secrets_->api_keys.end();
    auto request = providers::make_probe(p.dialect, p.url.path, keyed ? key->second : secret{});
    const std::string what = "provider " + (p.keys.size() > 1 ? k.id(p.id).value : p.id.value);
    if (!request)
      return add(what, checkup_result::failed, request.failure().message, "check its `dialect`");
    begin(probes,
          {what, "providers." + p.id.value + ".base_url", key_advice_for(p, k), p.dialect, {}},
          {p.ca_file, 1}, p.url, std::move(*request));
  }

  void begin_langfuse(std::vector<probe>& probes) {
    const config::langfuse_settings& l = settings_.langfuse;
    if (!secrets_->langfuse)
      return add("langfuse", checkup_result::skipped, "off: it has no keys",
                 "set " + l.public_key_env + " and " + l.secret_key_env + " to trace calls");
    const langfuse_access access = langfuse_access_of(l, *secrets_->langfuse);
    // Source: https://api.reference.langfuse.com, projects (2026-08-22).
    begin(probes,
          {"langfuse",
           "langfuse.base_url",
           "set " + l.public_key_env + " and " + l.secret_key_env + " to keys of one project there",
           {},
           {}},
          {},
          l.url, {"GET", l.url.path + "/api/public/projects", access.headers, {}});
  }

  void finish(probe& p) {
    const transport::http_exchange e = p.answer.get();
    if (const auto* failure = std::get_if<transport::http_failure>(&e.outcome))
      return add(p.what, checkup_result::failed, told(*failure),
                 advice_on_failure(failure->kind, p.url_key));
    const auto& response = std::get<wire::http_response>(e.outcome);
    items_.push_back(judge_answer(p, response, e.first_byte_at - e.sent_at));
    note_time(e, response);
  }

  // -- the clock ----------------------------------------------------------------------------------

  /// Keeps the reading of the quickest server: nothing else tells its time as closely.
  void note_time(const transport::http_exchange& e, const wire::http_response& r) {
    const auto theirs = wire::parse_http_date(r.headers.find("Date"));
    const duration took = e.first_byte_at - e.sent_at;
    if (!theirs || (skew_ && took >= skew_took_))
      return;
    const duration since = std::chrono::steady_clock::now() - e.first_byte_at;
    const wall_time ours = std::chrono::system_clock::now() - since - took / 2;
    skew_ = ours - *theirs;
    skew_took_ = took;
  }

  void look_at_clock() {
    if (!skew_)
      return add("clock", checkup_result::skipped, "no server told its time");
    const duration off = *skew_ < duration{} ? -*skew_ : *skew_;
    const char* side = *skew_ < duration{} ? " behind the servers'" : " ahead of the servers'";
    const std::string text =
        wire::to_go_duration(std::chrono::round<std::chrono::seconds>(off)) + side;
    if (off <= skew_noticed)
      return add("clock", checkup_result::good, "as the servers', within seconds");
    add("clock", off < skew_harmful ? checkup_result::warning : checkup_result::failed, text,
        "let NTP set it: days and months of limits and budgets go by it");
  }

  // -- this machine -------------------------------------------------------------------------------

  void look_at_journal() {
    const std::string& path = settings_.journal.path;
    if (path.empty())
      return add("journal", checkup_result::warning,
                 "none: a restart forgets what was spent and used",
                 "set `journal.path`");
    const std::filesystem::path file{path};
    const std::filesystem::path folder =
        file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
    std::error_code ignored;
    if (!std::filesystem::is_directory(folder, ignored))
      return add("journal", checkup_result::failed, "there is no folder " + folder.string(),
                 "make it, or change `journal.path`");
    const bool exists = std::filesystem::exists(file, ignored);
    if (::access(folder.c_str(), W_OK) != 0
        || (exists && ::access(file.c_str(), R_OK | W_OK) != 0))
      return add("journal", checkup_result::failed, path + " cannot be written",
                 "check the permissions of the file and of its folder");
    if (exists) {
      const auto ledger = storage::ledger_reader::open(path);
      if (!ledger)
        return add("journal", checkup_result::failed, ledger.failure().message,
                   "`spillway ledger verify` says more; docs/OPERATIONS.md how to set it right");
    }
    add("journal", checkup_result::good,
        path + (exists ? " can be read and written" : " will be made at the first start"));
    look_at_disk(folder.string());
  }

  void look_at_disk(const std::string& folder) {
    struct statvfs disk {};
    if (::statvfs(folder.c_str(), &disk) != 0)
      return add("disk", checkup_result::warning, "it does not say how much space is left");
    const std::uint64_t free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
    const std::string text = std::to_string(free / mebibyte) + " MiB are free for the journal";
    if (free >= disk_space_low)
      return add("disk", checkup_result::good, text);
    add("disk", free < disk_space_gone ? checkup_result::failed : checkup_result::warning, text,
        "free some space, or move `journal.path`: no call leaves while the disk is full");
  }

  void look_at_alert_targets() {
    const std::size_t count = settings_.alerts.targets.size();
    if (count == 0)
      return add("alert targets", checkup_result::skipped, "none: standard error alone has them",
                 "add one under [alerts.targets.<name>]");
    if (!secrets_)
      return add("alert targets", checkup_result::skipped, "not looked at without keys");
    add("alert targets", checkup_result::good, counted(count, "is", "are") + " configured",
        "`spillway alerts test` tries them");
  }

  void look_at_address() {
    const config::listen_address& l = settings_.gateway.listen;
    const std::string text = l.host + ":" + std::to_string(l.port);
    if (l.port == 0)
      return add("gateway address", checkup_result::skipped, "any free port");
    transport::beast_listener_options at;
    at.address = l.host;
    at.port = l.port;
    auto listener = transport::beast_listener::listen(
        network_.context(), at, [](wire::http_request, const transport::http_responder& reply) {
          reply(wire::http_response{503, {}, {}});
        });
    if (listener)
      return add("gateway address", checkup_result::good, text + " is free");
    if (is_gateway(l))
      return add("gateway address", checkup_result::good, text + ": a gateway serves there");
    add("gateway address", checkup_result::failed, listener.failure().message,
        "end what listens there, or change `gateway.listen`");
  }

  void look_at_gateway() {
    const auto needs = check_gateway(settings_, options_.environment);
    if (!needs)
      return add("gateway", checkup_result::failed, needs.failure().message,
                 "until then `spillway serve` does not start");
    if (!needs->certificate_end)
      return;
    const duration left = *needs->certificate_end - std::chrono::system_clock::now();
    const std::string text = "its certificate ends " + wire::iso_time(*needs->certificate_end);
    if (left > certificate_notice)
      return add("gateway", checkup_result::good, text);
    add("gateway", left < duration{} ? checkup_result::failed : checkup_result::warning, text,
        "put another one into `gateway.tls_cert` and `gateway.tls_key`; SIGHUP takes it up");
  }

  bool is_gateway(const config::listen_address& l) {
    const bool tls = !settings_.gateway.tls_cert.empty();
    auto http = network_.factory()({tls ? settings_.gateway.tls_cert : std::string{}, 1});
    if (!http)
      return false;
    const auto e = ask(**http, {tls, l.host, l.port}, {"GET", "/healthz", {}, {}}, probe_timeouts)
                       .get();
    // Behind TLS its name is another than its address; that it speaks TLS here is enough.
    if (const auto* failure = std::get_if<transport::http_failure>(&e.outcome))
      return tls && failure->kind == transport::http_failure_kind::tls_failed;
    const auto& response = std::get<wire::http_response>(e.outcome);
    return response.status == 200 && response.body == "ok\n";
  }

  void look_at_open_files() {
    struct rlimit limit {};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
      return;
    const std::string text = std::to_string(limit.rlim_cur) + " files may be open at once";
    if (limit.rlim_cur >= open_files_wanted)
      return add("open files", checkup_result::good, text);
    add("open files", checkup_result::warning, text + ", and each caller and each call is one",
        "`ulimit -n 65536` before the start, or LimitNOFILE= in systemd's unit");
  }

  const doctor_options& options_;
  config::settings settings_;
  std::optional<config::secrets> secrets_;
  command_network network_;
  std::optional<duration> skew_;
  duration skew_took_{};
  std::vector<checkup_item> items_;
};

} // namespace

std::vector<checkup_item> examine(const doctor_options& options) {
  return doctor{options}.examine();
}

} // namespace spillway::runtime
