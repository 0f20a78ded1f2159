#include "storage/ledger_reader.hpp"

#include "storage/ledger_audit.hpp"
#include "storage/ledger_rows.hpp"
#include "storage/schema.hpp"
#include "storage/sqlite.hpp"

namespace spillway::storage {
namespace {

statement& bind_filter(statement& query, const ledger_filter& filter) {
  return query.bind(1, to_unix_nanos(filter.from))
      .bind(2, to_unix_nanos(filter.to))
      .bind(3, std::string_view{filter.model.value});
}

} // namespace

class ledger_reader::file {
public:
  explicit file(database opened) : db{std::move(opened)} {}
  database db;
};

ledger_reader::ledger_reader(std::unique_ptr<file> f) : file_{std::move(f)} {
}
ledger_reader::~ledger_reader() = default;

result<std::unique_ptr<ledger_reader>> ledger_reader::open(const std::string& path) {
  auto db = database::open(path, database::access::read);
  if (!db)
    return db.failure();
  const auto schema = schema_of(*db);
  if (!schema)
    return schema.failure();
  if (*schema == 0)
    return error{"'" + path + "' holds no journal; name the file that journal.path names"};
  if (*schema != schema_version())
    return error{"journal '" + path + "' has schema " + std::to_string(*schema)
                 + ", and this program reads " + std::to_string(schema_version())
                 + (*schema > schema_version() ? "; use a newer Spillway"
                                               : "; start this Spillway on it once")};
  return std::unique_ptr<ledger_reader>{new ledger_reader{std::make_unique<file>(std::move(*db))}};
}

result<void> ledger_reader::each_call(const ledger_filter& filter,
                                      const std::function<void(const ledger_row&)>& show) {
  const std::string sql = std::string{"select "} + intent_columns + ", " + settlement_columns
                          + " from intent i left join settlement s using(lease) "
                            "where i.at >= ?1 and i.at < ?2 and (?3 = '' or i.model = ?3) "
                            "and (?4 = 0 or s.outcome is null or s.outcome = 3) "
                            "order by i.at, i.lease";
  auto query = file_->db.prepare(sql.c_str());
  if (!query)
    return query.failure();
  bind_filter(*query, filter).bind(4, static_cast<std::int64_t>(filter.unknown_only));
  return query->each([&](const statement& row) {
    ledger_row call{intent_at(row), std::nullopt};
    if (!row.is_null(intent_column_count))
      call.settlement = settlement_at(row, intent_column_count);
    show(call);
  });
}

result<void>
ledger_reader::each_folded(const ledger_filter& filter,
                           const std::function<void(const report::folded_calls&)>& show) {
  const std::string sql = std::string{"select "} + folded_columns
                          + " from total where at >= ?1 and at < ?2 and (?3 = '' or model = ?3) "
                            "order by at, key, model, scopes";
  auto query = file_->db.prepare(sql.c_str());
  if (!query)
    return query.failure();
  bind_filter(*query, filter);
  return query->each([&](const statement& row) { show(folded_at(row)); });
}

result<std::vector<refused_trace>> ledger_reader::refused_traces() {
  auto query = file_->db.prepare("select at, reason, bytes from refused_trace order by number");
  if (!query)
    return query.failure();
  return query->rows([](const statement& row) {
    return refused_trace{wall_time_from_unix_nanos(row.integer(0)), row.text(1), row.text(2)};
  });
}

result<report::ledger_check> ledger_reader::check(money::period per, const std::string& zone) {
  return audit(file_->db, per, zone);
}

} // namespace spillway::storage
