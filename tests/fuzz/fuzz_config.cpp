// A configuration file may hold anything: it is refused with a line each of what is wrong, or read.
#include "config/load.hpp"
#include "tests/fuzz/target.hpp"

void spillway::fuzz::run(std::string_view input) {
  const auto settings = config::load_text(input, "fuzz.toml");
  require(settings.has_value() || !settings.failure().message.empty());
}
