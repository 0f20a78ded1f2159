#include "storage/lesson_store.hpp"

#include <string_view>

namespace spillway::storage {

result<void> keep_lessons(database& db, const limiter_lessons& row) {
  const auto of_limiter = [&](statement& s) -> statement& {
    return s.bind(1, std::string_view{row.key.value}).bind(2, std::string_view{row.model.value});
  };
  auto old = db.prepare("delete from lesson where key = ? and model = ?");
  if (!old)
    return old.failure();
  if (auto done = of_limiter(*old).run(); !done)
    return done;
  auto insert = db.prepare("insert into lesson values(?,?,?,?,?,?,?,?,?)");
  if (!insert)
    return insert.failure();
  for (const rate::learnt_limit& l : row.lessons) {
    of_limiter(*insert)
        .bind(3, std::string_view{rate::to_string(l.which)})
        .bind(4, l.configured)
        .bind(5, l.announced)
        .bind(6, l.shrunk_by)
        .bind(7, static_cast<std::int64_t>(l.paced))
        .bind(8, to_unix_nanos(l.at))
        .bind(9, to_unix_nanos(l.closed_until));
    if (auto done = insert->run(); !done)
      return done;
  }
  return {};
}

result<std::vector<rate::learnt_limit>> lessons_of(database& db, const key_id& key,
                                                   const model_id& model) {
  auto query = db.prepare("select dimension, configured, announced is not null, "
                          "coalesce(announced, 0), shrunk_by, paced, at, closed_until from lesson "
                          "where key = ? and model = ?");
  if (!query)
    return query.failure();
  query->bind(1, std::string_view{key.value}).bind(2, std::string_view{model.value});
  std::vector<rate::learnt_limit> out;
  auto done = query->each([&](const statement& row) {
    const auto which = rate::dimension_of(row.text(0));
    if (!which)
      return;
    rate::learnt_limit lesson;
    lesson.which = *which;
    lesson.configured = row.integer(1);
    if (row.integer(2) != 0)
      lesson.announced = row.integer(3);
    lesson.shrunk_by = row.integer(4);
    lesson.paced = row.integer(5) != 0;
    lesson.at = wall_time_from_unix_nanos(row.integer(6));
    lesson.closed_until = wall_time_from_unix_nanos(row.integer(7));
    out.push_back(lesson);
  });
  if (!done)
    return done.failure();
  return out;
}

} // namespace spillway::storage
