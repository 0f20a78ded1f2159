#pragma once

#include "core/call_record.hpp"
#include "core/report/ledger_check.hpp"

#include <cstdio>
#include <string>
#include <vector>

namespace spillway::apps {

/// What a check found, for people.
void print_check(const std::string& path, const report::ledger_check& check);

/// What compacting did, for people.
void print_compaction(const report::compaction& done);

/// One line a call, for people; `print_calls_head` says what is in it.
void print_calls_head();
void print_call(const ledger_row& row);

} // namespace spillway::apps
