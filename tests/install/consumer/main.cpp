#include <spillway/config/load.hpp>
#include <spillway/runtime/local_world.hpp>
#include <spillway/runtime/runtime.hpp>

#include <cstdio>

int main() {
  using namespace spillway;
  auto settings = config::load_text("", "defaults");
  if (!settings)
    return 1;
  auto world = runtime::local_world::start(*settings, {});
  runtime::runtime_options options;
  options.settings = std::move(*settings);
  options.environment = runtime::local_world::environment();
  auto rt = runtime::runtime::start(std::move(options));
  if (!world || !rt)
    return 1;
  const completion_reply r = (*rt)->client()->ask("default", "Are you installed?");
  std::printf("%s by %s\n", to_string(r.status), r.model.value.c_str());
  return r.status == completion_status::answered ? 0 : 1;
}
