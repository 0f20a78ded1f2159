#include "wire/token_report_json.hpp"

#include "wire/json_document.hpp"

namespace spillway::wire {
namespace {

using json = nlohmann::ordered_json;

json encode(const report::text_size& t) {
  return {{"file", t.name}, {"bytes", t.bytes}, {"tokens", t.tokens}};
}

json encode(const report::model_share& m) {
  return {{"model", m.model->id.value},
          {"provider", m.model->provider.value},
          {"tokenizer", m.counted_by->name},
          {"exact", m.counted_by->exact.has_value()},
          {"tokens", m.tokens.value()},
          {"context", m.model->context_max == token_count{} ? json(nullptr)
                                                            : json(m.model->context_max.value())},
          {"fits", m.fits},
          {"cost_usd", m.cost ? json::parse(to_decimal_usd(*m.cost)) : json(nullptr)}};
}

} // namespace

std::string encode_token_report(const report::token_report& r) {
  json files = json::array();
  for (const report::text_size& t : r.files)
    files.push_back(encode(t));
  json models = json::array();
  for (const report::model_share& m : r.models)
    models.push_back(encode(m));
  const json out = {{"encoding", r.counted_by},
                    {"exact", r.exact},
                    {"files", std::move(files)},
                    {"total", {{"bytes", r.total.bytes}, {"tokens", r.total.tokens}}},
                    {"models", std::move(models)}};
  return dump_in_order(out);
}

} // namespace spillway::wire
