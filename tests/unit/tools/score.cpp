#include "gradesvc/tools/score.hpp"

#include "support/catch.hpp"
#include "temporary_file.hpp"

#include <array>
#include <fstream>
#include <sstream>
#include <vector>

using namespace gradesvc;
using Catch::Matchers::ContainsSubstring;
using test::temporary_file;

namespace {

const std::string demo =
    R"({"test_id":"demo","version":3,"items":[{"item_id":"q1","options":["A","B"],"correct":"B"},{"item_id":"q2","correct":"x"}]})";

struct run {
    run(const std::string& test, const std::string& input, std::optional<std::string> file = {}) {
        std::istringstream in(input);
        std::ostringstream out, err;
        exit_code = tools::run_score({test, std::move(file), scoring::profile::standard, "1.2.3"}, in, out, err);
        errors = err.str();
        std::istringstream text(out.str());
        for (std::string line; std::getline(text, line);) lines.push_back(line);
    }
    int exit_code = -1;
    std::string errors;
    std::vector<std::string> lines;
};

} // namespace

TEST_CASE("a result a line, in the order of the submissions") {
    const temporary_file test(demo);
    const run scored(test.path, R"({"user_id":"u","test_id":"demo","answers":{"q1":"B"},"unknown":1}

{"user_id":"v","test_id":"demo","answers":{"q2":"x","q1":"A"},"attempt":2}
)");
    CHECK(scored.exit_code == 0);
    CHECK(scored.errors.empty());
    REQUIRE(scored.lines.size() == 2);
    CHECK_THAT(scored.lines[0], ContainsSubstring(R"("submission_id":null,"user_id":"u","test_id":"demo")"));
    CHECK_THAT(scored.lines[0], ContainsSubstring(R"("test_version":3)"));
    CHECK_THAT(scored.lines[0], ContainsSubstring(R"("accepted_at":null,"scored_at":null)"));
    CHECK_THAT(scored.lines[0], ContainsSubstring(R"("version":"1.2.3","profile":"standard")"));
    CHECK_THAT(scored.lines[0], ContainsSubstring(R"("score":{"raw":1,"max":2,"percent":50,"answered":1,"items":2)"));
    CHECK_THAT(scored.lines[1], ContainsSubstring(R"("user_id":"v")"));
    CHECK_THAT(scored.lines[1], ContainsSubstring(R"("attempt":2)"));
    CHECK_THAT(scored.lines[1], ContainsSubstring(R"("outcome":"incorrect")"));
}

TEST_CASE("a bad line gives a failure in its place and exit 1") {
    const temporary_file test(demo);
    const run scored(test.path, R"({"user_id":"u","test_id":"demo","answers":{"q1":"B"}}
nonsense
{"user_id":"u","test_id":"demo","answers":{"q1":"C","q9":"x"}}
{"user_id":"u","test_id":"other","answers":{}}
{"user_id":"u","test_id":"demo","test_version":2,"answers":{}}
{"test_id":"demo","answers":{}}
{"user_id":"u","test_id":"demo","answers":{}}
)");
    CHECK(scored.exit_code == 1);
    REQUIRE(scored.lines.size() == 7);
    CHECK_THAT(scored.lines[1], ContainsSubstring(R"({"line":2,"failure":{"code":"malformed","detail":")"));
    CHECK_THAT(scored.lines[1], ContainsSubstring(R"(,"attempts":1}})"));
    CHECK_THAT(scored.lines[2], ContainsSubstring(R"({"line":3,"failure":{"code":"validation","detail":")"));
    CHECK_THAT(scored.lines[2], ContainsSubstring("/answers/q1 is not an option of this item; /answers/q9 is not"));
    CHECK_THAT(scored.lines[3], ContainsSubstring(R"({"line":4,"failure":{"code":"unknown_test")"));
    CHECK_THAT(scored.lines[4], ContainsSubstring(R"({"line":5,"failure":{"code":"unknown_test")"));
    CHECK_THAT(scored.lines[5], ContainsSubstring("/user_id"));
    CHECK_THAT(scored.lines[6], ContainsSubstring(R"("raw":0)"));
}

TEST_CASE("the submission id is that of the line, or of its key") {
    const temporary_file test(demo);
    const run scored(
        test.path,
        R"({"user_id":"u","test_id":"demo","answers":{},"submission_id":"0192F0C1-0000-7000-8000-000000000001"}
{"user_id":"u","test_id":"demo","answers":{},"submission_key":"k"}
{"user_id":"u","test_id":"demo","answers":{},"submission_id":"x"}
)");
    REQUIRE(scored.lines.size() == 3);
    CHECK_THAT(scored.lines[0], ContainsSubstring(R"("submission_id":"0192f0c1-0000-7000-8000-000000000001")"));
    CHECK_THAT(scored.lines[1], ContainsSubstring("-5") && !ContainsSubstring(R"("submission_id":null)"));
    CHECK_THAT(scored.lines[2], ContainsSubstring("/submission_id is not a UUID"));
}

TEST_CASE("the thousand examinees of LSAT-6 score 0 to 5 as published") {
    std::ifstream data(GRADESVC_SOURCE_DIR "/config/data/lsat6.csv");
    std::string submissions;
    for (std::string line; std::getline(data, line);) {
        if (line.empty() || line[0] == '#' || line.starts_with("pattern")) continue;
        std::string answers;
        for (int i = 0; i < 5; ++i)
            answers += std::string(i == 0 ? "" : ",") + "\"item_" + std::to_string(i + 1) + "\":\"" +
                       line[static_cast<std::size_t>(i)] + "\"";
        for (int i = std::stoi(line.substr(6)); i > 0; --i)
            submissions += R"({"user_id":"u","test_id":"lsat-6","answers":{)" + answers + "}}\n";
    }
    const temporary_file file(submissions);
    const run scored(GRADESVC_SOURCE_DIR "/config/tests/lsat-6.json", "", file.path);
    CHECK(scored.exit_code == 0);
    REQUIRE(scored.lines.size() == 1000);
    std::array<int, 6> counts{};
    for (const auto& line : scored.lines)
        ++counts.at(static_cast<std::size_t>(line.at(line.find(R"("raw":)") + 6) - '0'));
    CHECK(counts == std::array<int, 6>{3, 20, 85, 237, 357, 298});
}

TEST_CASE("files that cannot be used are exit 2") {
    const temporary_file test(demo), bad(R"({"test_id":"t","items":[{"item_id":"q"}]})");
    CHECK(run("/nowhere.json", "").exit_code == 2);
    CHECK(run(test.path, "", "/nowhere.jsonl").exit_code == 2);
    const run invalid(bad.path, "");
    CHECK(invalid.exit_code == 2);
    CHECK_THAT(invalid.errors, ContainsSubstring("/items/0/correct is missing"));
}

TEST_CASE("a result is computed with the profile asked for, and says so") {
    const temporary_file test(
        R"({"test_id":"demo","skills":[{"skill_id":"s"}],"items":[{"item_id":"q1","correct":"B","skills":{"s":1}}]})");
    for (const auto profile : {scoring::profile::fast, scoring::profile::standard, scoring::profile::full}) {
        std::istringstream in(R"({"user_id":"u","test_id":"demo","answers":{"q1":"B"}})");
        std::ostringstream out, err;
        CHECK(tools::run_score({test.path, {}, profile, "1.2.3"}, in, out, err) == 0);
        CHECK_THAT(out.str(), ContainsSubstring("\"profile\":\"" + std::string(to_string(profile)) + "\""));
        const bool sure = out.str().find("\"percent_ci95\":null") == std::string::npos; // of the skill
        CHECK(sure == (profile != scoring::profile::fast));
    }
}
