#include "tools/progress_line.hpp"

#include <algorithm>
#include <ostream>

namespace gradesvc::tools {

namespace {

constexpr std::uint64_t bar_width = 30;

} // namespace

progress_line::progress_line(std::ostream& err, std::string speaker, bool terminal)
    : err_(err), speaker_(std::move(speaker)), terminal_(terminal) {}

progress_line::~progress_line() {
    if (terminal_ && shown_) err_ << "\r\033[K" << std::flush;
}

void progress_line::show(const std::string& text) {
    const auto now = steady::now();
    if (now < next_) return;
    next_ = now + (terminal_ ? std::chrono::milliseconds(200) : std::chrono::seconds(5));
    shown_ = true;
    err_ << (terminal_ ? "\r\033[K" : "") << speaker_ << text << (terminal_ ? "" : "\n") << std::flush;
}

void progress_line::show(std::uint64_t done, std::uint64_t total) {
    std::string text;
    if (terminal_) {
        const auto filled = total == 0 ? bar_width : std::min(bar_width, bar_width * done / total);
        text = '[' + std::string(filled, '#') + std::string(bar_width - filled, ' ') + "] ";
    }
    show(text + std::to_string(done) + " of " + std::to_string(total));
}

} // namespace gradesvc::tools
