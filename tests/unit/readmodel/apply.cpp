// What the view of a submission is after rows about it, in whatever order they came.
#include "rows.hpp"

#include <algorithm>

using namespace gradesvc;
using namespace gradesvc::readmodel;
using ports::submission_status;

namespace {

/// The view of submission 1 after the steps, each in a transaction of its own.
ports::submission_view view_after(const std::vector<ports::projection>& steps) {
    const temp_folder folder;
    const auto model = open(folder.file());
    for (const auto& s : steps) model->apply(s);
    const auto view = model->find(id(1));
    REQUIRE(view);
    return *view;
}

} // namespace

TEST_CASE("an accepted submission shows what it said") {
    auto row = accepted(1, "Jürgen", 7);
    row.test_version = 3;
    row.attempt = 2;
    const auto view = view_after({accept_step({row})});
    CHECK(view.id == id(1));
    CHECK(view.user_id == "Jürgen");
    CHECK(view.test_id == "t");
    CHECK(view.test_version == 3);
    CHECK(view.attempt == 2);
    CHECK(view.accepted_at == at(7));
    CHECK(view.status == submission_status::accepted);
    CHECK_FALSE(view.scored_at);
    CHECK(view.result.empty());
    CHECK_FALSE(view.failure_code);
}

TEST_CASE("what was not given is null") {
    const auto view = view_after({accept_step({accepted(1)})});
    CHECK_FALSE(view.test_version);
    CHECK_FALSE(view.attempt);
}

TEST_CASE("an unknown id is not found") {
    const temp_folder folder;
    const auto model = open(folder.file());
    CHECK_FALSE(model->find(id(1)));
    model->apply(accept_step({accepted(2)}));
    CHECK_FALSE(model->find(id(1)));
}

TEST_CASE("a result comes back byte for byte") {
    const std::string document = "{\"a\":\"Größe\\u0000\"}" + std::string(20'000, 'x') + std::string(1, '\0') + "\xFF";
    const auto view = view_after({accept_step({accepted(1)}), step(scored(accepted(1), 1, document))});
    CHECK(view.status == submission_status::scored);
    CHECK(view.result == document);
    CHECK(view.scored_at == at(1001));
}

TEST_CASE("a dead letter shows as failure") {
    const auto view = view_after({accept_step({accepted(1)}), step(failed(accepted(1), "validation"))});
    CHECK(view.status == submission_status::failed);
    CHECK(view.failure_code == "validation");
    CHECK(view.failure_detail == "because");
    CHECK(view.failure_attempts == 3);
    CHECK_FALSE(view.scored_at);
    CHECK(view.result.empty());
}

TEST_CASE("the order in which submission, results and dead letters come does not matter") {
    auto submission = accepted(1, "u", 5);
    submission.attempt = 4;
    auto from_result = accepted(1, "u", 5);
    from_result.test_version = 2;
    auto from_dead_letter = accepted(1, "", 99);
    from_dead_letter.test_id = "";

    const std::vector<ports::projection> steps{accept_step({submission}), step(scored(from_result, 1, "one")),
                                               step(scored(from_result, 2, "two")),
                                               step(failed(from_dead_letter, "internal"))};
    std::vector<std::size_t> order{0, 1, 2, 3};
    do {
        CAPTURE(order);
        std::vector<ports::projection> ordered;
        for (const std::size_t i : order) ordered.push_back(steps[i]);
        ordered.push_back(steps[order[0]]); // and one of them twice
        const auto view = view_after(ordered);
        CHECK(view.user_id == "u");
        CHECK(view.test_id == "t");
        CHECK(view.accepted_at == at(5));
        CHECK(view.attempt == 4);
        CHECK(view.test_version == 2);
        CHECK(view.status == submission_status::scored);
        CHECK(view.result == "two");
        CHECK(view.scored_at == at(1002));
        CHECK_FALSE(view.failure_code);
        CHECK(view.failure_attempts == 0);
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("a result makes a submission known that was not seen") {
    auto row = accepted(1, "u", 5);
    row.test_version = 2;
    const auto view = view_after({step(scored(row, 1, "one"))});
    CHECK(view.user_id == "u");
    CHECK(view.accepted_at == at(5));
    CHECK(view.test_version == 2);
    CHECK(view.status == submission_status::scored);
}

TEST_CASE("the same revision again changes nothing") {
    auto again = scored(accepted(1), 1, "other");
    again.scored_at = at(9999);
    const auto view = view_after({step(scored(accepted(1), 1, "first")), step(again)});
    CHECK(view.result == "first");
    CHECK(view.scored_at == at(1001));
}

TEST_CASE("of two submissions with one id the first stays") {
    const auto view =
        view_after({accept_step({accepted(1, "u", 5), accepted(1, "u", 6)}), accept_step({accepted(1, "u", 4)})});
    CHECK(view.accepted_at == at(5));
}

TEST_CASE("of two dead letters the later one stands") {
    const auto early = step(failed(accepted(1), "timed_out", 500));
    const auto late = step(failed(accepted(1), "internal", 600));
    CHECK(view_after({early, late}).failure_code == "internal");
    CHECK(view_after({late, early}).failure_code == "internal");
}

TEST_CASE("all rows of a step may be about one submission") {
    ports::projection all;
    all.failed.push_back(failed(accepted(1), "internal"));
    all.scored.push_back(scored(accepted(1), 2, "two"));
    all.scored.push_back(scored(accepted(1), 1, "one"));
    all.accepted.push_back(accepted(1));
    CHECK(view_after({all}).result == "two");
}

TEST_CASE("positions are stored with the rows, those not named stay") {
    const temp_folder folder;
    const auto model = open(folder.file());
    CHECK(model->stored_positions().empty());
    ports::projection first = accept_step({accepted(1)});
    first.next = {{{"a", 0}, 5}, {{"a", 1}, 7}, {{"b", 0}, 1}};
    model->apply(first);
    CHECK(model->stored_positions() == first.next);
    ports::projection second;
    second.next = {{{"a", 1}, 9}};
    model->apply(second);
    CHECK(model->stored_positions() == ports::positions{{{"a", 0}, 5}, {{"a", 1}, 9}, {{"b", 0}, 1}});
}

TEST_CASE("expiry drops what was accepted before the limit and nothing else") {
    const temp_folder folder;
    const auto model = open(folder.file());
    ports::projection many;
    many.next = {{{"a", 0}, 5}};
    for (std::uint64_t i = 0; i < 3500; ++i) { // more than one batch
        many.accepted.push_back(accepted(i, "u", static_cast<std::int64_t>(i)));
        if (i % 2 == 0)
            many.scored.push_back(scored(many.accepted.back(), 1, "r"));
        else
            many.failed.push_back(failed(many.accepted.back(), "internal"));
    }
    model->apply(many);
    model->expire(at(3000));
    CHECK_FALSE(model->find(id(0)));
    CHECK_FALSE(model->find(id(2999)));
    REQUIRE(model->find(id(3000)));
    CHECK(model->find(id(3000))->status == submission_status::scored);
    CHECK(model->find(id(3001))->status == submission_status::failed);
    CHECK(model->list({"u", {}, 1000}).size() == 500);
    CHECK(model->stored_positions() == many.next);

    // Nothing of the expired ones is left to stand under a new submission.
    model->expire(at(100'000));
    model->apply(accept_step({accepted(7, "u", 5)}));
    CHECK(model->find(id(7))->status == submission_status::accepted);
}
