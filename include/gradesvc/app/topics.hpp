// The names of gradesvc's topics (docs/events.md), with their prefix.
#pragma once

#include <string>

namespace gradesvc::app {

struct topics {
    explicit topics(const std::string& prefix = {})
        : submissions(prefix + "test_submissions"),
          results(prefix + "test_results_ready"),
          definitions(prefix + "test_definitions"),
          dead_letters(prefix + "test_submissions.dlq") {}

    std::string submissions;
    std::string results;
    std::string definitions;
    std::string dead_letters;
};

} // namespace gradesvc::app
