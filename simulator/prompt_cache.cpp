#include "simulator/prompt_cache.hpp"

#include "simulator/chance.hpp"
#include "simulator/token_size.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

namespace spillway::simulator {
namespace {

/// Prefixes kept at once: more than any run marks within an hour, and a quarter of a megabyte.
constexpr std::size_t slot_count = 8'192;

/// A mark finds what was written up to it, or at most so many blocks before.
constexpr std::size_t blocks_looked_back = 20;

duration kept_for(cache_mark mark) {
  return mark == cache_mark::one_hour ? duration{std::chrono::hours{1}}
                                      : duration{std::chrono::minutes{5}};
}

/// A prompt up to and with one of its blocks.
struct prefix {
  std::uint64_t fingerprint = 0;
  token_count tokens;
  cache_mark mark = cache_mark::none;
};

class prefixes {
public:
  explicit prefixes(const chat_request& prompt) {
    for (const tool_definition& t : prompt.tools) {
      take(t.name);
      take(t.description);
      take(t.parameters_json);
      end(t.cache);
    }
    for (const chat_message& m : prompt.messages)
      add(m);
  }

  const std::vector<prefix>& all() const { return all_; }

private:
  void add(const chat_message& m) {
    chain(to_string(m.role));
    take(m.text);
    for (const content_part& part : m.parts) {
      take(part.text);
      chain(part.data_base64);
      chain(part.url);
      end(part.cache);
    }
    for (const tool_call& call : m.tool_calls) {
      take(call.name);
      take(call.arguments_json);
    }
    end(m.cache);
  }

  void chain(const std::string& text) {
    so_far_.fingerprint = fingerprint(std::to_string(so_far_.fingerprint) + text);
  }
  void take(const std::string& text) {
    chain(text);
    so_far_.tokens += billed_tokens(text);
  }
  void end(cache_mark mark) {
    so_far_.mark = mark;
    all_.push_back(so_far_);
  }

  prefix so_far_;
  std::vector<prefix> all_;
};

} // namespace

const prompt_cache::entry* prompt_cache::find(std::uint64_t prefix, mono_time now) const {
  if (slots_.empty())
    return nullptr;
  const entry& e = slots_[prefix % slot_count];
  return e.prefix == prefix && e.from <= now && now < e.until ? &e : nullptr;
}

prompt_cache::entry& prompt_cache::slot_of(std::uint64_t prefix) {
  slots_.resize(slot_count);
  return slots_[prefix % slot_count];
}

cache_use prompt_cache::look_up(const chat_request& prompt, mono_time now) const {
  cache_use use;
  if (!least_)
    return use;
  const prefixes read{prompt};
  const std::vector<prefix>& all = read.all();
  token_count marked;
  token_count marked_1h;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].mark == cache_mark::none || all[i].tokens < *least_)
      continue;
    marked = all[i].tokens;
    if (all[i].mark == cache_mark::one_hour)
      marked_1h = marked;
    for (std::size_t back = 0; back <= std::min(i, blocks_looked_back); ++back)
      if (find(all[i - back].fingerprint, now)) {
        use.read = std::max(use.read, all[i - back].tokens);
        break;
      }
  }
  use.written = std::max(marked - use.read, token_count{});
  use.written_1h = std::max(marked_1h - use.read, token_count{});
  return use;
}

void prompt_cache::keep(const chat_request& prompt, mono_time now, mono_time ready) {
  if (!least_)
    return;
  const prefixes read{prompt};
  for (const prefix& p : read.all()) {
    if (const entry* known = find(p.fingerprint, now)) {
      entry& e = slot_of(p.fingerprint);
      e.until = std::max(e.until, now + known->kept);
      continue;
    }
    if (p.mark == cache_mark::none || p.tokens < *least_)
      continue;
    // Of two answers on their way, the one that begins first is read.
    entry& e = slot_of(p.fingerprint);
    const bool on_its_way = e.prefix == p.fingerprint && now < e.from;
    const mono_time from = on_its_way ? std::min(e.from, ready) : ready;
    e = {p.fingerprint, from, ready + kept_for(p.mark), kept_for(p.mark)};
  }
}

} // namespace spillway::simulator
