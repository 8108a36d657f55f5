#include "gradesvc/app/test_lookup.hpp"

#include "gradesvc/ports/log.hpp"

#include <algorithm>
#include <future>

namespace gradesvc::app {

namespace {

constexpr std::chrono::seconds catch_up_limit(5);
constexpr std::chrono::milliseconds just_now(50);

} // namespace

void catalog_lookup::catch_up(ports::time_ms now) {
    std::promise<bool> there;
    follower_.catch_up(catch_up_limit, [&there](bool ok) { there.set_value(ok); });
    if (!there.get_future().get())
        throw ports::log_unavailable("the published tests cannot be read to their end at the moment");
    caught_up_at_ = now;
}

test_ptr catalog_lookup::find(std::string_view test_id, std::optional<std::int64_t> version, ports::time_ms written,
                              ports::time_ms now) {
    // The newest at its acceptance: everything that the log held when the record was written. Its time is that of
    // another clock, so a test that is missing is looked for again unless that was done just now.
    if (!version && std::min(written, now) >= caught_up_at_) catch_up(now);
    auto test = version ? tests_.find(test_id, *version) : tests_.latest(test_id);
    if (!test && now - caught_up_at_ > just_now) {
        catch_up(now);
        test = version ? tests_.find(test_id, *version) : tests_.latest(test_id);
    }
    return test;
}

} // namespace gradesvc::app
