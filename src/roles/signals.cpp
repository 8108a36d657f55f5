#include "roles/signals.hpp"

#include "gradesvc/telemetry/log.hpp"

#include <csignal>
#include <unistd.h>

namespace gradesvc::roles {

namespace {

sigset_t ending_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return set;
}

} // namespace

end_of_service::end_of_service() {
    const sigset_t set = ending_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

bool end_of_service::wait(std::chrono::milliseconds patience) {
    const sigset_t set = ending_signals();
    const timespec limit{patience.count() / 1000, (patience.count() % 1000) * 1'000'000};
    const int signal = sigtimedwait(&set, nullptr, &limit);
    if (signal < 0) return due_;
    telemetry::log(telemetry::level::info, "ending", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
    due_ = true;
    std::signal(SIGTERM, SIG_DFL); // the second one ends the process
    std::signal(SIGINT, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    return true;
}

void end_of_service::fail(const std::string& why) {
    {
        std::lock_guard lock(mutex_);
        if (why_.empty()) why_ = why;
    }
    telemetry::log(telemetry::level::error, "cannot go on", {{"error", why}});
    if (!due_.exchange(true)) kill(getpid(), SIGTERM); // wakes the main thread
}

std::string end_of_service::failure() {
    std::lock_guard lock(mutex_);
    return why_;
}

} // namespace gradesvc::roles
