#include "roles/result_view.hpp"

#include "gradesvc/embedded/log.hpp"
#include "roles/system_clock.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <future>

using namespace gradesvc;
using namespace gradesvc::roles;
using namespace std::chrono_literals;
using gradesvc::test::temp_folder;

namespace {

const app::topics names("p.");
const std::string body = R"({"user_id":"u","test_id":"t","answers":{}})";
const std::string result =
    R"({"submission_id":"4f3a4992-2808-5e59-a333-1f7a06208ece","user_id":"u","test_id":"t","revision":1,"scored_at":"2026-05-04T09:30:00Z"})";
const auto id = *domain::submission_id::parse("4f3a4992-2808-5e59-a333-1f7a06208ece");

// A view on a log of its own folder.
struct bench {
    bench(const std::filesystem::path& view_folder, const std::filesystem::path& log_folder)
        : log(embedded::make_log({.directory = log_folder})) {
        log->ensure_topics(
            std::vector<ports::topic_spec>{{names.submissions, 2}, {names.results, 2}, {names.dead_letters, 2}});
        view.emplace(view_folder, *log, names, clock, std::chrono::hours(24 * 36'500),
                     [this](const std::string& why) { failed = why; });
    }
    ~bench() { view->follower().stop(); }

    void publish(const std::string& topic, const std::string& value) {
        std::promise<boost::system::error_code> stored;
        log->make_publisher()->publish(
            {.topic = topic, .partition = 1, .key = {}, .value = value, .headers = {{"ce_subject", id.to_string()}}},
            [&](const ports::delivery& d) { stored.set_value(d.error); });
        REQUIRE_FALSE(stored.get_future().get());
    }
    bool caught_up() {
        std::promise<bool> there;
        view->follower().catch_up(10s, [&](bool ok) { there.set_value(ok); });
        return there.get_future().get();
    }

    system_clock clock;
    std::unique_ptr<ports::log> log;
    std::string failed;
    std::optional<result_view> view;
};

} // namespace

TEST_CASE("the view shows what stands on the log and wakes who waits", "[view]") {
    const temp_folder folder;
    bench b(folder.path(), folder.path());
    REQUIRE(b.view->start());
    b.publish(names.submissions, body);
    REQUIRE(b.caught_up());
    CHECK(b.view->rows().find(id)->status == ports::submission_status::accepted);

    std::promise<void> woken;
    b.view->watch().add(id, [&] { woken.set_value(); });
    b.publish(names.results, result);
    REQUIRE(woken.get_future().wait_for(10s) == std::future_status::ready);
    CHECK(b.view->rows().find(id)->status == ports::submission_status::scored);
    CHECK(b.view->rows().find(id)->result == result);
}

TEST_CASE("a view goes on after a restart, and is built again when its file is gone", "[view]") {
    const temp_folder folder;
    {
        bench b(folder.path(), folder.path());
        REQUIRE(b.view->start());
        b.publish(names.submissions, body);
        b.publish(names.results, result);
        REQUIRE(b.caught_up());
    }
    const bool deleted = GENERATE(false, true);
    if (deleted)
        for (const auto* file : {"view.db", "view.db-wal", "view.db-shm"})
            std::filesystem::remove(folder.path() / file);
    bench b(folder.path(), folder.path());
    REQUIRE(b.view->start());
    REQUIRE(b.caught_up());
    CHECK(b.view->rows().find(id)->status == ports::submission_status::scored);
    CHECK(b.view->progress() == 1);
}

TEST_CASE("a view of another log is built again", "[view]") {
    const temp_folder folder, other;
    {
        bench b(folder.path(), folder.path());
        REQUIRE(b.view->start());
        b.publish(names.submissions, body);
        REQUIRE(b.caught_up());
    }
    bench b(folder.path(), other.path()); // an empty one: the view is ahead of it
    REQUIRE(b.view->start());
    REQUIRE(b.caught_up());
    CHECK_FALSE(b.view->rows().find(id));
}
