#pragma once

#include "core/report/run_report.hpp"
#include "messages/agent.hpp"

#include <cstdio>
#include <vector>

/// What each agent found.
void print_findings(std::FILE* out, const std::vector<spillway::agent_reply>& findings);

/// What the run came to, for people.
void print_report(std::FILE* out, const spillway::report::run_report& r);
