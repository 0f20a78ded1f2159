#include "config/catalog_file.hpp"
#include "config/parse.hpp"
#include "config/write_toml.hpp"
#include "tests/config/loading.hpp"

#include <filesystem>
#include <fstream>

#include <unistd.h>

using namespace spillway;
using namespace spillway::config;
using namespace spillway::config::testing;
using catalog_update::difference;

namespace {

constexpr std::int64_t usd = nano_usd_per_usd;

wall_time day(int year, unsigned month, unsigned of_month) {
  return std::chrono::sys_days{std::chrono::year{year} / month / of_month};
}

model_entry added_model() {
  model_entry m;
  m.id = {"new-1.0"};
  m.provider = {"openai"};
  m.context_max = token_count{1000};
  m.output_max = token_count{100};
  m.can.tools = false;
  m.can.input = {modality::text, modality::image};
  m.pricing.rows = {{day(2026, 11, 25), {usd, usd / 2, usd, 3 * usd}, {}}};
  return m;
}

/// A folder that goes away with it.
struct scratch {
  std::filesystem::path path = std::filesystem::temp_directory_path()
                               / ("spillway_catalog_" + std::to_string(::getpid()));
  scratch() { std::filesystem::create_directories(path); }
  ~scratch() { std::filesystem::remove_all(path); }
  void write(const char* name, const std::string& text) { std::ofstream{path / name} << text; }
};

} // namespace

TEST_CASE("what is written as TOML reads back as the same") {
  const char* text = "top = 1\n[a.b]\nbare-key = true\n\"odd \\\"key\\\"\" = \"a\\tb\\\\c\"\n"
                     "d = 2026-11-25\nx = 0.0028\nwhole = 5.0\nlist = [\"p\", \"q\"]\n"
                     "rows = [{ input = 0.1, deep = [{ y = 1 }] }, { input = 2 }]\nnone = {}\n";
  const std::string once = write_toml(parse_toml(text, "t").value());
  CHECK(write_toml(parse_toml(once, "t").value()) == once);
  const node back = parse_toml(once, "t").value();
  const node* b = find(back, {"a", "b"});
  REQUIRE(b);
  CHECK(text_of(find(*b, "odd \"key\"")) == "a\tb\\c");
  CHECK(*find(*b, "x")->as<double>() == 0.0028);
  CHECK(*find(*b, "whole")->as<double>() == 5.0);
  CHECK(items_of(find(*b, "rows")).size() == 2);
}

TEST_CASE("an overlay loads as what the list said, over the models that come along") {
  difference news;
  news.added = {added_model()};
  settings plain = loaded("");
  catalog_update::changed_model changed;
  changed.now = model(plain, "gpt-4o");
  changed.now.context_max = token_count{200'000};
  changed.now.pricing.rows.push_back({day(2026, 11, 25), {2 * usd, usd, 2 * usd, 9 * usd}, {}});
  changed.values = {{"context", "128000", "200000"}, {"price input", "$2.5", "$2"}};
  changed.price = true;
  news.changed = {changed};
  const auto text = write_catalog_file(news, "", "overlay.toml");
  REQUIRE(text);

  scratch folder;
  folder.write("overlay.toml", *text);
  folder.write("main.toml", "[catalog]\nfiles = ['overlay.toml']\n[models.gpt-4o]\noutput_max = 99\n");
  const auto loaded_file = load_file((folder.path / "main.toml").string());
  INFO((loaded_file ? std::string{} : loaded_file.failure().message));
  REQUIRE(loaded_file);
  const model_entry& fresh = model(*loaded_file, "new-1.0");
  CHECK_FALSE(fresh.can.tools);
  CHECK(fresh.pricing.rows.at(0).base.cached_input == usd / 2);
  const model_entry& gpt_4o = model(*loaded_file, "gpt-4o");
  CHECK(gpt_4o.context_max == token_count{200'000});
  CHECK(gpt_4o.output_max == token_count{99});
  CHECK(gpt_4o.pricing.rows.back().base.input == 2 * usd);
  CHECK(gpt_4o.pricing.rows.size() == model(plain, "gpt-4o").pricing.rows.size() + 1);
  CHECK(gpt_4o.use_cases == model(plain, "gpt-4o").use_cases);
}

TEST_CASE("a second update keeps what the first one wrote") {
  difference first;
  first.added = {added_model()};
  const auto once = write_catalog_file(first, "", "overlay.toml");
  REQUIRE(once);
  difference second;
  second.added = {added_model()};
  second.added[0].id = {"new-2"};
  const auto twice = write_catalog_file(second, *once, "overlay.toml");
  REQUIRE(twice);
  CHECK(twice->find("[models.\"new-1.0\"]") != std::string::npos);
  CHECK(twice->find("[models.new-2]") != std::string::npos);
}

TEST_CASE("a file that holds more than models is neither read nor written over") {
  CHECK(write_catalog_file({}, "[routes]\na = ['b']\n", "main.toml").failure().message
        == "main.toml: holds `routes` besides models; name another file");
  scratch folder;
  folder.write("overlay.toml", "[routes]\na = ['gpt-4o']\n");
  folder.write("main.toml", "[catalog]\nfiles = ['overlay.toml']\n");
  const auto refused = load_file((folder.path / "main.toml").string());
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().message.find("overlay.toml:1:2: `routes` has no place here")
        != std::string::npos);
  folder.write("main.toml", "[catalog]\nfiles = ['absent.toml']\n");
  CHECK(load_file((folder.path / "main.toml").string()).failure().message.find("no such file")
        != std::string::npos);
}
