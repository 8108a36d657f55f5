// Tells those who wait what goes on: nothing at first, then a line now and then, or one that is rewritten on a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>

namespace gradesvc::tools {

class progress_line {
public:
    /// `speaker` begins every line.
    progress_line(std::ostream& err, std::string speaker, bool terminal);
    ~progress_line(); ///< takes the line off a terminal
    progress_line(const progress_line&) = delete;
    progress_line& operator=(const progress_line&) = delete;

    void show(const std::string& text);
    /// "done of total", on a terminal with a bar.
    void show(std::uint64_t done, std::uint64_t total);

private:
    using steady = std::chrono::steady_clock;

    std::ostream& err_;
    std::string speaker_;
    bool terminal_;
    bool shown_ = false;
    steady::time_point next_ = steady::now() + std::chrono::seconds(2);
};

} // namespace gradesvc::tools
