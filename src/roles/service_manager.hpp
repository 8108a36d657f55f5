// What systemd wants to know of a service (sd_notify); without systemd these do nothing. One thread.
#pragma once

#include <chrono>
#include <string>

namespace gradesvc::roles {

class service_manager {
public:
    service_manager();

    void starting(const std::string& what); ///< still waiting: asks for more time, too
    void ready();
    void stopping(std::chrono::milliseconds at_most);

    /// Says that the process is alive, when that is due.
    void alive();

private:
    using clock = std::chrono::steady_clock;
    std::chrono::microseconds watchdog_{0}; ///< 0 = none asked for
    clock::time_point next_alive_{};
    clock::time_point next_extension_{};
};

} // namespace gradesvc::roles
