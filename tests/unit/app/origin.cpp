#include "gradesvc/app/origin.hpp"

#include "support/catch.hpp"

using namespace gradesvc;
using namespace gradesvc::app;

namespace {

constexpr auto id = "0190a3b4-1111-7abc-8def-0123456789ab";

ports::record with(std::vector<ports::header_view> headers) {
    ports::record r;
    r.headers = std::move(headers);
    return r;
}

} // namespace

TEST_CASE("a result names its submission, where that stands and its revision") {
    const auto found = origin_of(with({{"ce_id", "0190a3b4-1111-7abc-8def-0123456789ab/1"},
                                       {"ce_subject", id},
                                       {"gs_source_partition", "7"},
                                       {"gs_source_offset", "123456789012"}}));
    REQUIRE(found);
    CHECK(found->id == domain::submission_id::parse(id));
    CHECK(found->partition == 7);
    CHECK(found->offset == 123456789012);
    CHECK(found->revision == 1);
    CHECK(found->replay.empty());
    CHECK(found->first_outcome());
}

TEST_CASE("a later revision is no first outcome, unless a replay brought it") {
    std::vector<ports::header_view> headers{
        {"ce_id", "x/2"}, {"ce_subject", id}, {"gs_source_partition", "0"}, {"gs_source_offset", "0"}};
    CHECK_FALSE(origin_of(with(headers))->first_outcome());
    headers.push_back({"dlq_replay", "3/14"});
    CHECK(origin_of(with(headers))->first_outcome());
    CHECK(origin_of(with(headers))->replay == "3/14");
}

TEST_CASE("a dead letter names its submission by its dlq headers") {
    const auto found = origin_of(with({{"ce_id", "x/failed"},
                                       {"ce_subject", id},
                                       {"dlq_reason", "malformed"},
                                       {"dlq_partition", "2"},
                                       {"dlq_offset", "5"},
                                       {"gs_source_partition", "9"}}));
    REQUIRE(found);
    CHECK(found->partition == 2);
    CHECK(found->offset == 5);
    CHECK(found->revision == 0);
    CHECK(found->first_outcome());
}

TEST_CASE("records of others have no origin") {
    CHECK_FALSE(origin_of(with({})));
    CHECK_FALSE(origin_of(with({{"ce_subject", id}})));
    const std::vector<ports::header_view> good{
        {"ce_id", "x/1"}, {"ce_subject", id}, {"gs_source_partition", "0"}, {"gs_source_offset", "0"}};
    REQUIRE(origin_of(with(good)));
    for (const auto& [name, value] : std::vector<ports::header_view>{{"ce_subject", "nobody"},
                                                                     {"ce_id", "x"},
                                                                     {"ce_id", "x/0"},
                                                                     {"ce_id", "x/1x"},
                                                                     {"gs_source_partition", "-1"},
                                                                     {"gs_source_partition", "4294967296"},
                                                                     {"gs_source_offset", "-1"},
                                                                     {"gs_source_offset", "1.5"},
                                                                     {"gs_source_offset", ""}}) {
        CAPTURE(name, value);
        auto headers = good;
        headers.push_back({name, value}); // the last one counts
        CHECK_FALSE(origin_of(with(headers)));
    }
}

TEST_CASE("a submission and each replay of it have outcome ids of their own") {
    const auto submission = *domain::submission_id::parse(id);
    CHECK(outcome_id(submission, "") == submission);
    const auto replay = outcome_id(submission, "3/14");
    CHECK(replay != submission);
    CHECK(replay == outcome_id(submission, "3/14"));
    CHECK(replay != outcome_id(submission, "3/15"));
}
