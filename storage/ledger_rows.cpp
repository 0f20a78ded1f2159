#include "storage/ledger_rows.hpp"

#include "storage/scope_text.hpp"

namespace spillway::storage {
namespace {

std::uint64_t id_at(const statement& row, int column) {
  return static_cast<std::uint64_t>(row.integer(column));
}

std::int64_t number(std::uint64_t id) {
  return static_cast<std::int64_t>(id);
}

token_count tokens_at(const statement& row, int column) {
  return token_count{row.integer(column)};
}

wall_time time_at(const statement& row, int column) {
  return wall_time_from_unix_nanos(row.integer(column));
}

} // namespace

call_intent intent_at(const statement& row, int first) {
  call_intent i;
  i.lease = {id_at(row, first)};
  i.reservation = {id_at(row, first + 1)};
  i.request = {id_at(row, first + 2)};
  i.attempt = static_cast<int>(row.integer(first + 3));
  i.key = {row.text(first + 4)};
  i.model = {row.text(first + 5)};
  i.charged = tokens_at(row, first + 6);
  i.reserved_max = nano_usd{row.integer(first + 7)};
  i.scopes = decode_scopes(row.text(first + 8));
  i.at = time_at(row, first + 9);
  i.trace = {row.text(first + 10), row.text(first + 11), row.text(first + 12)};
  return i;
}

call_settlement settlement_at(const statement& row, int first) {
  call_settlement s;
  s.lease = {id_at(row, first)};
  s.outcome = static_cast<call_outcome>(row.integer(first + 1));
  s.charged = tokens_at(row, first + 2);
  s.usage.input = tokens_at(row, first + 3);
  s.usage.cached_input = tokens_at(row, first + 4);
  s.usage.cache_write = tokens_at(row, first + 5);
  s.usage.output = tokens_at(row, first + 6);
  s.usage.reasoning = tokens_at(row, first + 7);
  s.usage.estimated = row.integer(first + 8) != 0;
  s.cost = nano_usd{row.integer(first + 9)};
  s.at = time_at(row, first + 10);
  s.sent_at = time_at(row, first + 11);
  return s;
}

statement& bind_intent(statement& insert, const call_intent& row) {
  const std::string scopes = encode_scopes(row.scopes);
  return insert.bind(1, number(row.lease.value))
      .bind(2, number(row.reservation.value))
      .bind(3, number(row.request.value))
      .bind(4, row.attempt)
      .bind(5, std::string_view{row.key.value})
      .bind(6, std::string_view{row.model.value})
      .bind(7, row.charged.value())
      .bind(8, row.reserved_max.value())
      .bind(9, std::string_view{scopes})
      .bind(10, to_unix_nanos(row.at))
      .bind(11, std::string_view{row.trace.trace_id})
      .bind(12, std::string_view{row.trace.parent_span_id})
      .bind(13, std::string_view{row.trace.trace_name});
}

statement& bind_settlement(statement& insert, const call_settlement& row) {
  const token_usage& u = row.usage;
  return insert.bind(1, number(row.lease.value))
      .bind(2, static_cast<std::int64_t>(row.outcome))
      .bind(3, row.charged.value())
      .bind(4, u.input.value())
      .bind(5, u.cached_input.value())
      .bind(6, u.cache_write.value())
      .bind(7, u.output.value())
      .bind(8, u.reasoning.value())
      .bind(9, static_cast<std::int64_t>(u.estimated))
      .bind(10, row.cost.value())
      .bind(11, to_unix_nanos(row.at))
      .bind(12, to_unix_nanos(row.sent_at));
}

} // namespace spillway::storage
