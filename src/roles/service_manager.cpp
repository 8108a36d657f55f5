#include "roles/service_manager.hpp"

#include <systemd/sd-daemon.h>

namespace gradesvc::roles {

using namespace std::chrono_literals;

service_manager::service_manager() {
    std::uint64_t interval = 0;
    if (sd_watchdog_enabled(0, &interval) > 0) watchdog_ = std::chrono::microseconds(interval);
}

void service_manager::starting(const std::string& what) {
    if (clock::now() < next_extension_) return;
    next_extension_ = clock::now() + 5s;
    sd_notifyf(0, "EXTEND_TIMEOUT_USEC=30000000\nSTATUS=%s", what.c_str());
    alive();
}

void service_manager::ready() { sd_notify(0, "READY=1\nSTATUS=ready"); }

void service_manager::stopping(std::chrono::milliseconds at_most) {
    sd_notifyf(0, "STOPPING=1\nSTATUS=draining\nEXTEND_TIMEOUT_USEC=%lld",
               static_cast<long long>(std::chrono::microseconds(at_most).count()));
}

void service_manager::alive() {
    if (watchdog_.count() == 0 || clock::now() < next_alive_) return;
    next_alive_ = clock::now() + watchdog_ / 3;
    sd_notify(0, "WATCHDOG=1");
}

} // namespace gradesvc::roles
