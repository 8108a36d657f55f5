// Pages of a user's submissions.
#include "rows.hpp"

using namespace gradesvc;
using namespace gradesvc::readmodel;

namespace {

/// All submissions of the pages of `limit` rows, in the order shown.
std::vector<domain::submission_id> all_pages(const ports::read_model& model, ports::page_request page) {
    std::vector<domain::submission_id> ids;
    for (;;) {
        const auto rows = model.list(page);
        REQUIRE(rows.size() <= static_cast<std::size_t>(page.limit));
        for (const auto& row : rows) ids.push_back(row.id);
        if (rows.empty()) return ids;
        page.before = {rows.back().accepted_at, rows.back().id};
    }
}

} // namespace

TEST_CASE("a list is newest first and of one user only") {
    const temp_folder folder;
    const auto model = open(folder.file());
    model->apply(accept_step({accepted(1, "a", 10), accepted(2, "b", 20), accepted(3, "a", 30), accepted(4, "A", 40)}));
    const auto rows = model->list({"a"});
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].id == id(3));
    CHECK(rows[1].id == id(1));
    CHECK(model->list({"nobody"}).empty());
    CHECK(model->list({"a", {}, 0}).empty());
}

TEST_CASE("a list shows status and times, not the result") {
    const temp_folder folder;
    const auto model = open(folder.file());
    model->apply(accept_step({accepted(1, "u", 1), accepted(2, "u", 2), accepted(3, "u", 3)}));
    model->apply(step(scored(accepted(1, "u", 1), 1, "document")));
    model->apply(step(failed(accepted(2, "u", 2), "internal")));
    const auto rows = model->list({"u"});
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].status == ports::submission_status::accepted);
    CHECK(rows[1].status == ports::submission_status::failed);
    CHECK(rows[1].failure_code == "internal");
    CHECK(rows[2].status == ports::submission_status::scored);
    CHECK(rows[2].scored_at == at(1001));
    CHECK(rows[2].result.empty());
}

TEST_CASE("pages show every row once, also where times are equal and rows come in between") {
    const temp_folder folder;
    const auto model = open(folder.file());
    std::vector<ports::accepted_row> rows;
    for (std::uint64_t i = 0; i < 60; ++i)
        rows.push_back(accepted((i * 37) % 60, "u", static_cast<std::int64_t>(i / 20))); // 20 of each time
    model->apply(accept_step(rows));
    std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
        return std::pair(a.accepted_at, a.id) > std::pair(b.accepted_at, b.id);
    });
    std::vector<domain::submission_id> expected;
    for (const auto& row : rows) expected.push_back(row.id);
    for (const int limit : {1, 7, 20, 59, 60, 200}) {
        CAPTURE(limit);
        CHECK(all_pages(*model, {"u", {}, limit}) == expected);
    }

    const auto first = model->list({"u", {}, 7});
    model->apply(accept_step({accepted(1000, "u", 50)})); // newer than the first page
    const auto second = model->list({"u", {}, 7, {{first.back().accepted_at, first.back().id}}});
    CHECK(second.front().id == expected[7]);
}

TEST_CASE("a list can be narrowed to a test") {
    const temp_folder folder;
    const auto model = open(folder.file());
    std::vector<ports::accepted_row> rows;
    for (std::uint64_t i = 0; i < 30; ++i) {
        rows.push_back(accepted(i, "u", static_cast<std::int64_t>(i / 10)));
        rows.back().test_id = i % 3 == 0 ? "x" : "y";
    }
    model->apply(accept_step(rows));
    const auto ids = all_pages(*model, {"u", "x", 4});
    REQUIRE(ids.size() == 10);
    for (std::size_t i = 0; i < ids.size(); ++i) CHECK(ids[i] == id(27 - 3 * i));
    CHECK(model->list({"u", "z"}).empty());
}
