#include "embedded/state.hpp"

#include "embedded/database.hpp"

namespace gradesvc::embedded {

topic& shared_state::find(std::string_view name) {
    const auto it = topics.find(name);
    if (it == topics.end()) throw ports::log_error(complaint(file, "there is no topic " + std::string(name)));
    return *it->second;
}

void shared_state::check() const {
    if (!broken.empty()) throw ports::log_error(broken);
}

void shared_state::set_broken(std::string why) {
    const std::lock_guard lock(mutex);
    if (broken.empty()) broken = std::move(why);
    changed.notify_all();
}

} // namespace gradesvc::embedded
