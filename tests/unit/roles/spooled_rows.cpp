#include "roles/spooled_rows.hpp"

#include "roles/when_away.hpp"
#include "support/catch.hpp"

#include <algorithm>

using namespace gradesvc;
using namespace gradesvc::roles;

namespace {

const app::topics names;

domain::submission_id id_of(const std::string& name) { return domain::submission_id::v5(name); }

// Accepted at "1970-01-01T00:00:0SECOND.000Z".
spool::kept kept_of(const std::string& name, const std::string& user, int second, const std::string& test = "t") {
    spool::kept kept;
    kept.record = {.topic = names.submissions,
                   .key = user,
                   .value = R"({"user_id":")" + user + R"(","test_id":")" + test + R"(","attempt":2,"answers":{}})",
                   .headers = {{"ce_subject", id_of(name).to_string()},
                               {"ce_type", "org.gradesvc.submission.accepted.v1"},
                               {"ce_time", "1970-01-01T00:00:0" + std::to_string(second) + ".000Z"},
                               {"gs_test_version", "3"}}};
    return kept;
}

ports::submission_view view_of(const std::string& name, const std::string& user, int second) {
    ports::submission_view view{};
    view.id = id_of(name);
    view.user_id = user;
    view.test_id = "t";
    view.status = ports::submission_status::scored;
    view.accepted_at = ports::time_ms(std::chrono::seconds(second));
    return view;
}

struct fake_spool : spool::publisher {
    std::vector<spool::kept> rows; // oldest first
    bool lately = false;

    void publish(const ports::outgoing&, ports::delivered) override {}
    bool flush(std::chrono::milliseconds) override { return true; }
    bool available() const override { return true; }
    void start_draining() override {}
    spool::state state() const override { return {}; }
    std::unique_ptr<spool::kept> find(std::string_view id) const override {
        for (const auto& row : rows)
            if (row.record.headers[0].value == id) return std::make_unique<spool::kept>(row);
        return nullptr;
    }
    void newest(std::string_view key, const std::function<bool(spool::kept&&)>& visit) const override {
        for (auto row = rows.rbegin(); row != rows.rend(); ++row)
            if (row->record.key == key && !visit(spool::kept(*row))) return;
    }
    bool drained_lately() const override { return lately; }
};

struct fake_rows : ports::read_model {
    std::vector<ports::submission_view> rows; // newest first

    ports::positions stored_positions() override { return {}; }
    void apply(const ports::projection&) override {}
    void clear() override {}
    void expire(ports::time_ms) override {}
    std::optional<ports::submission_view> find(const domain::submission_id& id) const override {
        for (const auto& row : rows)
            if (row.id == id) return row;
        return std::nullopt;
    }
    std::vector<ports::submission_view> list(const ports::page_request& page) const override {
        std::vector<ports::submission_view> found;
        for (const auto& row : rows)
            if (row.user_id == page.user_id && (!page.before || std::pair(row.accepted_at, row.id) < *page.before))
                found.push_back(row);
        found.resize(std::min(found.size(), static_cast<std::size_t>(page.limit)));
        return found;
    }
};

struct fake_log : ports::follower, ports::publisher {
    std::function<void()> arrived = [] {};
    int catch_ups = 0, published = 0;
    bool there = true;

    void catch_up(std::chrono::milliseconds, std::function<void(bool)> done) override {
        ++catch_ups;
        arrived();
        done(true);
    }
    void publish(const ports::outgoing&, ports::delivered done) override {
        ++published;
        done({{}, 0, 1});
    }
    bool flush(std::chrono::milliseconds) override { return true; }
    bool available() const override { return there; }
};

struct bench {
    fake_rows rows;
    fake_spool spool;
    fake_log log;
    spooled_rows shown{rows, spool, log, names};

    std::vector<domain::submission_id> list(ports::page_request page) const {
        std::vector<domain::submission_id> ids;
        for (const auto& row : shown.list(page)) ids.push_back(row.id);
        return ids;
    }
};

std::vector<domain::submission_id> ids_of(const std::vector<std::string>& all) {
    std::vector<domain::submission_id> ids;
    for (const auto& one : all) ids.push_back(id_of(one));
    return ids;
}

} // namespace

TEST_CASE("a spooled submission is shown as accepted, with what is known of it", "[spool]") {
    bench b;
    b.spool.rows.push_back(kept_of("a", "ann", 5));
    const auto row = b.shown.find(id_of("a"));
    REQUIRE(row);
    CHECK(row->user_id == "ann");
    CHECK(row->test_id == "t");
    CHECK(row->test_version == 3);
    CHECK(row->attempt == 2);
    CHECK(row->status == ports::submission_status::accepted);
    CHECK(row->accepted_at == ports::time_ms(std::chrono::seconds(5)));
    CHECK_FALSE(b.shown.find(id_of("b")));
}

TEST_CASE("what the log says of a submission goes before the spool", "[spool]") {
    bench b;
    b.spool.rows.push_back(kept_of("a", "ann", 5));
    b.rows.rows.push_back(view_of("a", "ann", 5));
    CHECK(b.shown.find(id_of("a"))->status == ports::submission_status::scored);
    CHECK(b.list({.user_id = "ann"}) == ids_of({"a"}));
    CHECK(b.shown.list({.user_id = "ann"})[0].status == ports::submission_status::scored);
}

TEST_CASE("a submission that the log refused for good is shown as failed", "[spool]") {
    bench b;
    b.spool.rows.push_back(kept_of("a", "ann", 5));
    b.spool.rows[0].refused = true;
    const auto row = b.shown.find(id_of("a"));
    REQUIRE(row);
    CHECK(row->status == ports::submission_status::failed);
    CHECK(row->failure_code == "too_large");
}

TEST_CASE("a user's list holds both, newest first, by pages and tests", "[spool]") {
    bench b;
    b.rows.rows = {view_of("3", "ann", 3), view_of("1", "ann", 1)};
    b.spool.rows = {kept_of("2", "ann", 2), kept_of("b", "bob", 3), kept_of("4", "ann", 4),
                    kept_of("5", "ann", 5, "u")};
    CHECK(b.list({.user_id = "ann"}) == ids_of({"5", "4", "3", "2", "1"}));
    CHECK(b.list({.user_id = "ann", .limit = 2}) == ids_of({"5", "4"}));
    const auto at = [](int second, const char* name) {
        return std::pair(ports::time_ms(std::chrono::seconds(second)), id_of(name));
    };
    CHECK(b.list({.user_id = "ann", .limit = 2, .before = at(4, "4")}) == ids_of({"3", "2"}));
    CHECK(b.list({.user_id = "ann", .limit = 2, .before = at(2, "2")}) == ids_of({"1"}));
    b.rows.rows.clear();
    CHECK(b.list({.user_id = "ann", .test_id = "u"}) == ids_of({"5"}));
    CHECK(b.list({.user_id = "nobody"}).empty());
}

TEST_CASE("a list waits for what has just left the spool", "[spool]") {
    bench b;
    b.log.arrived = [&] { b.rows.rows.push_back(view_of("a", "ann", 1)); };
    CHECK(b.list({.user_id = "ann"}).empty());
    CHECK(b.log.catch_ups == 0);
    b.spool.lately = true;
    CHECK(b.list({.user_id = "ann"}) == ids_of({"a"}));
}

TEST_CASE("a log that is known to be away is not asked", "[spool]") {
    auto log = std::make_unique<fake_log>();
    auto& state = *log;
    prompt_follower follower(state, state);
    bool caught_up = false;
    follower.catch_up(std::chrono::seconds(1), [&](bool there) { caught_up = there; });
    CHECK(caught_up);
    state.there = false;
    follower.catch_up(std::chrono::seconds(1), [&](bool there) { caught_up = there; });
    CHECK_FALSE(caught_up);
    CHECK(state.catch_ups == 1);

    prompt_publisher publisher(std::move(log));
    ports::delivery outcome;
    publisher.publish({}, [&](const ports::delivery& d) { outcome = d; });
    CHECK(outcome.error == ports::log_errc::unavailable);
    state.there = true;
    publisher.publish({}, [&](const ports::delivery& d) { outcome = d; });
    CHECK_FALSE(outcome.error);
    CHECK(state.published == 1);
}
