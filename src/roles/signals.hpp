// SIGTERM and SIGINT as something to wait for. Make it before any thread: they inherit the blocked signals.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>

namespace gradesvc::roles {

/// wait() belongs to the main thread, fail() is thread-safe. After the first signal the second ends the process at once.
class end_of_service {
public:
    end_of_service();

    /// Waits for a reason to end; false when there is none within `patience`.
    bool wait(std::chrono::milliseconds patience);
    bool due() const { return due_; }

    /// Something that the process cannot go on without has failed.
    void fail(const std::string& why);
    std::string failure(); ///< "" = none

private:
    std::atomic<bool> due_{false};
    std::mutex mutex_; // guards why_
    std::string why_;
};

} // namespace gradesvc::roles
