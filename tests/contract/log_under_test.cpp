#include "log_under_test.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <unistd.h>

namespace gradesvc::test {
namespace {

std::vector<log_under_test>& registered() {
    static std::vector<log_under_test> all;
    return all;
}

} // namespace

const std::vector<log_under_test>& logs() { return registered(); }

const log_under_test& log_named(const std::string& name) {
    const auto it = std::ranges::find(logs(), name, &log_under_test::name);
    if (it == logs().end()) throw std::runtime_error("no log is registered as " + name);
    return *it;
}

registration::registration(log_under_test log) {
    auto& all = registered();
    all.insert(std::ranges::upper_bound(all, log.name, {}, &log_under_test::name), std::move(log));
}

std::string fixture::fresh_name(const std::string& what) {
    static std::atomic<int> count = 0;
    const auto now = std::chrono::system_clock::now().time_since_epoch().count();
    return "contract-" + what + "-" + std::to_string(now) + "-" + std::to_string(::getpid()) + "-" +
           std::to_string(++count);
}

void on_every_log(const std::function<void(const fixture&)>& body) {
    REQUIRE_FALSE(logs().empty());
    for (const auto& kind : logs()) DYNAMIC_SECTION(kind.name) {
            body(fixture(kind));
        }
}

} // namespace gradesvc::test
