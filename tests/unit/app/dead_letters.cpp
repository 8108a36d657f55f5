#include "gradesvc/app/dead_letters.hpp"

#include "fakes.hpp"
#include "gradesvc/app/origin.hpp"
#include "gradesvc/app/project.hpp"
#include "gradesvc/app/settle.hpp"
#include "support/catch.hpp"

using namespace gradesvc;
using namespace gradesvc::app;
using namespace gradesvc::app::test;

namespace {

const ports::time_ms now = at_ms(1'777'887'000'500);

// What a settler makes of a record that names no published test.
stored dead(const stored& source) {
    catalog tests;
    fake_log log{tests};
    settler settle{tests, log, topics(), "1.2.3"};
    const auto outcome = settle(source.view(), now);
    REQUIRE(outcome.reason == "unknown_test");
    return stored::of(outcome.output, 3, 17, now);
}

stored foreign(std::optional<std::string> key = "u-1") {
    return {.topic = "test_submissions",
            .partition = 5,
            .offset = 42,
            .key = std::move(key),
            .value = R"({"user_id":"u-1","test_id":"t","answers":{"q1":"A","q2":"B"}})"};
}

ports::outgoing headed(const stored& record) {
    ports::outgoing out;
    out.headers = record.headers;
    return out;
}

stored settled_again(const ports::outgoing& replay, catalog& tests, fake_log& log) {
    settler settle{tests, log, topics(), "1.2.3"};
    const auto record = stored::of(replay, 5, 99, now);
    return stored::of(settle(record.view(), now).output, 5, 1, now);
}

} // namespace

TEST_CASE("a dead letter says what its headers say", "[dead_letters]") {
    const auto source = foreign();
    const auto record = dead(source);
    const auto letter = read_dead_letter(record.view());
    CHECK(letter.where == letter_position{3, 17});
    CHECK(letter.id == domain::submission_id::for_position("test_submissions", 5, 42));
    CHECK(letter.reason == "unknown_test");
    CHECK(letter.failed_at == now);
    CHECK(letter.accepted_at == source.time);
    CHECK_FALSE(letter.replay);
    CHECK(letter.replayable);
    CHECK_FALSE(read_mark(record.view()));
}

TEST_CASE("a replay is the same submission once more, where it stood", "[dead_letters]") {
    const auto source = foreign();
    const auto record = dead(source);
    const auto out = replay_of(record.view(), topics(), 12);
    const auto id = domain::submission_id::for_position("test_submissions", 5, 42).to_string();
    CHECK(out.topic == "test_submissions");
    CHECK(out.partition == 5);
    CHECK(out.key == "u-1");
    CHECK(out.value == source.value);
    CHECK(header_of(out, "ce_subject") == id);
    CHECK(header_of(out, "ce_type") == "org.gradesvc.submission.accepted.v1");
    CHECK(header_of(out, "ce_time") == header_of(headed(record), "gs_accepted_at"));
    CHECK(header_of(out, "dlq_replay") == "3/17");
    CHECK_FALSE(header_of(out, "gs_test_version")); // it named none
    CHECK_FALSE(header_of(out, "dlq_reason"));
}

TEST_CASE("stamped versions stay with a replay", "[dead_letters]") {
    auto source = foreign();
    const auto id = domain::submission_id::v5("x").to_string();
    source.headers = {{"ce_subject", id},
                      {"ce_type", "org.gradesvc.submission.accepted.v1"},
                      {"ce_time", "2026-05-04T09:00:00.000Z"},
                      {"gs_test_version", "7"},
                      {"gs_definition_sha256", "abc"}};
    const auto out = replay_of(dead(source).view(), topics(), 12);
    CHECK(header_of(out, "ce_subject") == id);
    CHECK(header_of(out, "ce_time") == "2026-05-04T09:00:00.000Z");
    CHECK(header_of(out, "gs_test_version") == "7");
    CHECK(header_of(out, "gs_definition_sha256") == "abc");
}

TEST_CASE("a replay without a partition of its own goes by its key, else always to the same", "[dead_letters]") {
    CHECK(replay_of(dead(foreign()).view(), topics(), 4).partition == ports::outgoing::by_key); // 5 is beyond
    CHECK(replay_of(dead(foreign(std::nullopt)).view(), topics(), 2).partition == 1);
    CHECK(replay_of(dead(foreign(std::nullopt)).view(), topics(), 12).partition == 5);
    auto elsewhere = dead(foreign());
    for (auto& header : elsewhere.headers)
        if (header.name == "dlq_topic") header.value = "another";
    CHECK(replay_of(elsewhere.view(), topics(), 12).partition == ports::outgoing::by_key);
}

TEST_CASE("a replay that is scored is revision 2 of the same submission", "[dead_letters]") {
    catalog tests;
    fake_log log{tests};
    const auto source = foreign();
    const auto letter = dead(source);
    log.append(definition_record(simple_test(1)));
    log.append(definition_record(simple_test(2))); // the newest at the replay counts
    const auto result = settled_again(replay_of(letter.view(), topics(), 12), tests, log);
    const auto id = domain::submission_id::for_position("test_submissions", 5, 42).to_string();
    const auto out = headed(result);
    CHECK(result.topic == "test_results_ready");
    CHECK(result.partition == 5);
    CHECK(header_of(out, "ce_id") == id + "/2");
    CHECK(header_of(out, "dlq_replay") == "3/17");
    CHECK_THAT(result.value, Catch::Matchers::ContainsSubstring(R"("revision":2,"final":true,"reason":"replay")"));
    CHECK_THAT(result.value, Catch::Matchers::ContainsSubstring(R"("test_version":2)"));

    projector project{topics()};
    std::vector<ports::record> records;
    records.push_back(result.view());
    records.push_back(letter.view());
    const auto step = project(records);
    REQUIRE(step.scored.size() == 1);
    CHECK(step.scored[0].revision == 2);
    CHECK(step.scored[0].accepted.id == step.failed.at(0).accepted.id);
    CHECK(step.scored[0].accepted.accepted_at == source.time);
}

TEST_CASE("a replay that fails is a dead letter with an event of its own", "[dead_letters]") {
    catalog tests;
    fake_log log{tests};
    const auto first = dead(foreign());
    const auto second = settled_again(replay_of(first.view(), topics(), 12), tests, log);
    const auto letter = read_dead_letter(second.view());
    CHECK(letter.reason == "unknown_test");
    CHECK(letter.id == read_dead_letter(first.view()).id);
    CHECK(letter.accepted_at == read_dead_letter(first.view()).accepted_at);
    CHECK(letter.replay == letter_position{3, 17});
    CHECK(header_of(headed(second), "ce_id") != header_of(headed(first), "ce_id"));
    CHECK(second.value == first.value);
}

TEST_CASE("a header that points nowhere makes no replay", "[dead_letters]") {
    catalog tests;
    fake_log log{tests};
    log.append(definition_record(simple_test(1)));
    settler settle{tests, log, topics(), "1.2.3"};
    auto record = foreign();
    for (const auto* text : {"", "3", "3/", "/4", "3/x", "-3/4", "3/-4", "3/4/5", "3 / 4"}) {
        record.headers = {{"dlq_replay", text}};
        const auto out = settle(record.view(), now).output;
        CHECK_FALSE(header_of(out, "dlq_replay"));
        CHECK(header_of(out, "ce_id")->ends_with("/1"));
    }
}

TEST_CASE("marks stand beside their dead letter and are no dead letters", "[dead_letters]") {
    const auto letter = dead(foreign());
    for (const auto& out : {replayed_mark(letter.view(), now), discarded_mark(letter.view(), "why not", now)}) {
        CHECK(out.topic == "test_submissions.dlq");
        CHECK(out.partition == 3);
        CHECK_FALSE(header_of(out, "dlq_reason"));
        const auto record = stored::of(out, 3, 18, now);
        const auto mark = read_mark(record.view());
        REQUIRE(mark);
        CHECK(mark->of == letter_position{3, 17});
        CHECK_FALSE(origin_of(record.view())); // nobody takes it for an outcome
        projector project{topics()};
        const auto view = record.view();
        CHECK(project(std::span(&view, 1)).failed.empty());
    }
    const auto record = stored::of(discarded_mark(letter.view(), "why not", now), 3, 18, now);
    CHECK(read_mark(record.view())->fate == letter_fate::discarded);
    CHECK(read_mark(record.view())->because == "why not");
}

TEST_CASE("whatever stands on the topic is read", "[dead_letters]") {
    const stored nothing{.topic = "test_submissions.dlq", .partition = 1, .offset = 2};
    CHECK_FALSE(read_dead_letter(nothing.view()).replayable);
    const auto marked = stored::of(discarded_mark(nothing.view(), "x", now), 1, 3, now);
    CHECK(read_mark(marked.view())->of == letter_position{1, 2});

    stored mark{.topic = "test_submissions.dlq", .headers = {{"ce_type", "org.gradesvc.submission.replayed.v1"}}};
    CHECK(read_mark(mark.view())); // but it points nowhere
    CHECK_FALSE(read_mark(mark.view())->of);

    auto letter = dead(foreign());
    letter.value.clear(); // too large to keep
    CHECK_FALSE(read_dead_letter(letter.view()).replayable);
}
