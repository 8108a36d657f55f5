#include "gradesvc/tools/dlq.hpp"

#include "gradesvc/app/dead_letters.hpp"
#include "memory_log.hpp"
#include "support/catch.hpp"
#include "tools/foreign_text.hpp"

#include <boost/json/parse.hpp>

#include <sstream>

using namespace gradesvc;
using namespace gradesvc::tools;
using namespace gradesvc::tools::test;
using Catch::Matchers::ContainsSubstring;

namespace {

const app::topics names;
const auto& dlq = names.dead_letters;

domain::submission_id id_of(int n) { return domain::submission_id::v5(std::to_string(n)); }

kept letter(int n, const std::string& reason = "unknown_test", const std::string& test = "t",
            const std::string& failed_at = "2026-05-04T09:29:00.000Z") {
    return {"u",
            R"({"user_id":"u","test_id":")" + test + R"(","answers":{}})",
            {{"ce_subject", id_of(n).to_string()},
             {"ce_type", "org.gradesvc.submission.failed.v1"},
             {"dlq_reason", reason},
             {"dlq_detail", "It went wrong."},
             {"dlq_topic", names.submissions},
             {"dlq_partition", "1"},
             {"dlq_failed_at", failed_at}}};
}

struct bench {
    memory_log log;
    std::ostringstream out, err;
    dlq_parts parts{log, names, log.time}; // 2026-05-04T09:30:00Z

    boost::json::value list(const dlq_selection& which = {}) {
        out.str("");
        CHECK(run_dlq_list({which, output_format::json}, parts, out) == 0);
        return boost::json::parse(out.str());
    }
    int replay(const dlq_selection& which = {}, bool dry_run = false) {
        return run_dlq_replay({.which = which, .rate = 1e6, .dry_run = dry_run}, parts, out, err);
    }
    int discard(const dlq_selection& which, const std::string& because) {
        return run_dlq_discard({.which = which, .because = because}, parts, out, err);
    }
    std::size_t submissions() { return log.records[{names.submissions, 1}].size(); }
};

} // namespace

TEST_CASE("the list is by cause, with ages and tests of the open ones", "[dlq]") {
    bench b;
    b.log.add(dlq, 0, letter(1));
    b.log.add(dlq, 1, letter(2, "unknown_test", "t2", "2026-05-02T07:30:00.000Z"));
    b.log.add(dlq, 1, letter(3, "malformed"));
    CHECK(run_dlq_list({}, b.parts, b.out) == 0);
    CHECK(b.out.str() == "reason                  open  replayed  discarded    oldest    newest\n"
                         "unknown_test               2         0          0     2d 2h     1m 0s\n"
                         "  tests: t (1), t2 (1)\n"
                         "  e.g. " +
                             id_of(1).to_string() +
                             ": It went wrong.\n"
                             "malformed                  1         0          0     1m 0s     1m 0s\n"
                             "  tests: t (1)\n"
                             "  e.g. " +
                             id_of(3).to_string() + ": It went wrong.\n");
    CHECK(b.list({.test = "t"}).at("open") == 2);
    CHECK(b.list({.reason = "malformed"}).at("causes").as_array().size() == 1);
    CHECK(b.list({.reason = "malformed", .test = "t2"}).at("open") == 0);
}

TEST_CASE("a replay publishes what is open, once, and marks it", "[dlq]") {
    bench b;
    for (int n = 0; n < 5; ++n) b.log.add(dlq, n % 2, letter(n));
    CHECK(b.replay({}, true) == 0);
    CHECK(b.out.str() == "would replay 5 dead letters\n");
    CHECK(b.submissions() == 0);
    CHECK(b.replay({.id = id_of(3).to_string()}) == 0);
    CHECK(b.submissions() == 1);
    CHECK(b.replay() == 0);
    CHECK(b.submissions() == 5);
    CHECK(b.replay() == 0);
    CHECK(b.submissions() == 5);
    CHECK_THAT(b.out.str(), ContainsSubstring("replayed 0 dead letters, 5 replayed or discarded before\n"));
    const auto cause = b.list().at("causes").at(0);
    CHECK(cause.at("open") == 0);
    CHECK(cause.at("replayed") == 5);
    CHECK(cause.at("oldest_age_s").is_null());
}

TEST_CASE("what the log did not take stays open, and the tool says how far it came", "[dlq]") {
    bench b;
    for (int n = 0; n < 4; ++n) b.log.add(dlq, 0, letter(n));
    b.log.takes = 6; // all four submissions, then two marks
    CHECK_THROWS_WITH(b.replay(), ContainsSubstring("2 of 4 are done"));
    b.log.takes = SIZE_MAX;
    CHECK(b.list().at("open") == 2);
    CHECK(b.replay() == 0);
    CHECK(b.submissions() == 6); // two of them once more: workers recognise these
    const auto& all = b.log.records[{names.submissions, 1}];
    CHECK(all[2].headers.back().value == all[4].headers.back().value);
    CHECK(b.list().at("open") == 0);
}

TEST_CASE("a submission that the log never takes is told and the others go on", "[dlq]") {
    bench b;
    b.log.add(dlq, 0, letter(1));
    b.log.takes = 0;
    b.log.error = ports::log_errc::too_large;
    CHECK(b.replay() == 1);
    CHECK_THAT(b.out.str(), ContainsSubstring("1 cannot be replayed"));
    CHECK(b.list().at("open") == 1);
}

TEST_CASE("what is not replayable is told: others' records, and letters without their bytes", "[dlq]") {
    bench b;
    b.log.add(dlq, 0, {"k", "anything", {}});
    auto without = letter(1, "too_large");
    without.value.clear();
    b.log.add(dlq, 0, without);
    b.log.add(dlq, 0, letter(2));
    CHECK(b.replay() == 1);
    CHECK(b.submissions() == 1);
    CHECK(b.discard({.id = "0/0"}, "not ours") == 0);
    CHECK(b.list().at("open") == 1);
}

TEST_CASE("a discarded letter says why and counts no more", "[dlq]") {
    bench b;
    b.log.add(dlq, 0, letter(1));
    b.log.add(dlq, 0, letter(2));
    CHECK(b.discard({.id = id_of(1).to_string()}, "a mistake") == 0);
    CHECK(b.err.str() == "gradesvc dlq discard: 1 dead letter discarded because: a mistake\n");
    CHECK(b.replay() == 0);
    CHECK(b.submissions() == 1);
    b.out.str("");
    CHECK(run_dlq_show({id_of(1).to_string(), output_format::json}, b.parts, b.out, b.err) == 0);
    const auto shown = boost::json::parse(b.out.str()).at(0);
    CHECK(shown.at("state") == "discarded");
    CHECK(shown.at("because") == "a mistake");
    CHECK(shown.at("reason") == "unknown_test");
}

TEST_CASE("an id that nothing has is told", "[dlq]") {
    bench b;
    const auto nobody = id_of(7).to_string();
    CHECK(b.replay({.id = nobody}) == 1);
    CHECK(b.discard({.id = "1/5"}, "x") == 1);
    CHECK(run_dlq_show({nobody, output_format::text}, b.parts, b.out, b.err) == 1);
    CHECK(b.out.str().empty());
    CHECK_THAT(b.err.str(), ContainsSubstring(nobody));
}

TEST_CASE("a failed replay whose mark is missing counts as replayed", "[dlq]") {
    bench b;
    b.log.add(dlq, 0, letter(1));
    auto again = letter(1);
    again.headers.push_back({"dlq_replay", "0/0"});
    b.log.add(dlq, 1, again);
    const auto cause = b.list().at("causes").at(0);
    CHECK(cause.at("open") == 1);
    CHECK(cause.at("replayed") == 1);
}

TEST_CASE("a rate is kept", "[dlq]") {
    bench b;
    for (int n = 0; n < 5; ++n) b.log.add(dlq, 0, letter(n));
    const auto begin = std::chrono::steady_clock::now();
    CHECK(run_dlq_replay({.which = {}, .rate = 20}, b.parts, b.out, b.err) == 0);
    CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(190)); // batches of two
}

TEST_CASE("foreign bytes are shown and written without harm", "[dlq]") {
    CHECK(printable("plain – ü") == "plain – ü");
    CHECK(printable("a\x1b[31m\n") == "a\\x1b[31m\\x0a");
    CHECK(printable("\xff") == "\\xff");
    CHECK(base64("") == "");
    CHECK(base64("a") == "YQ==");
    CHECK(base64("ab") == "YWI=");
    CHECK(base64("abc") == "YWJj");
    CHECK(base64(std::string("\xff\xfe\x00", 3)) == "//4A");
    std::string json;
    codec::object_writer object(json);
    append_bytes(object, "key", "\xff");
    append_bytes(object, "value", "x\"");
    object.close();
    CHECK(json == R"({"key_base64":"/w==","value":"x\""})");
}
