// A second process for crash tests: this executable again, running one hidden test case that does as it is told until
// something kills it.
#pragma once

#include "log_under_test.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>

namespace gradesvc::test {

/// What a child shall do. Travels in the environment.
struct child_task {
    std::string action; ///< "publish" or "copy"
    std::string log;
    std::string address;
    std::string topic;
    std::string output_topic = {};
    std::string group = {};
    std::string crash = {}; ///< of "copy", at its fifth commit: "before", "after", or microseconds after its beginning
};

class child {
public:
    explicit child(const child_task& task);
    ~child(); ///< kills it if it still runs
    child(const child&) = delete;
    child& operator=(const child&) = delete;

    /// The next number that the child reports; nullopt when it has ended.
    std::optional<std::int64_t> next_report();
    void kill();
    /// Waits for its end; whether that was SIGKILL.
    bool was_killed();

private:
    pid_t pid_ = -1;
    int reports_ = -1;
    int status_ = 0;
};

} // namespace gradesvc::test
