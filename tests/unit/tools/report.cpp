#include "gradesvc/tools/report.hpp"

#include "support/catch.hpp"
#include "temporary_file.hpp"

#include <sstream>
#include <vector>

using namespace gradesvc;
using Catch::Matchers::ContainsSubstring;
using test::temporary_file;

namespace {

const std::string demo = R"({"test_id":"demo","items":[{"item_id":"q1","options":["A","B"],"correct":"B"}]})";

// A folder that is not there yet, gone with the test.
struct fresh_folder {
    fresh_folder() : path(temporary_file("").path + ".d") {}
    ~fresh_folder() { std::filesystem::remove_all(path); }
    std::string path;
};

struct run {
    run(const std::string& test, const std::string& folder, const std::string& input,
        tools::output_format format = tools::output_format::text) {
        std::istringstream in(input);
        std::ostringstream out, err;
        tools::report_options options{.test = test, .folder = folder, .engine_version = "1.2.3"};
        options.format = format;
        exit_code = tools::run_report(options, in, out, err);
        errors = err.str();
        std::istringstream text(out.str());
        for (std::string line; std::getline(text, line);) lines.push_back(line);
    }
    int exit_code = -1;
    std::string errors;
    std::vector<std::string> lines;
};

std::string content(const std::string& file) {
    std::ostringstream all;
    all << std::ifstream(file).rdbuf();
    return all.str();
}

} // namespace

TEST_CASE("a page a submission, each in its language and in a file of its own") {
    const temporary_file test(demo);
    const fresh_folder folder;
    const run done(test.path, folder.path + "/deep", R"({"user_id":"u","test_id":"demo","answers":{"q1":"B"}}
{"user_id":"u","test_id":"demo","answers":{"q1":"A"},"locale":"de"}

{"user_id":"../../é<\"","test_id":"demo","answers":{}}
{"user_id":"u","test_id":"demo","answers":{},"submission_key":"k"}
)");
    CHECK(done.exit_code == 0);
    CHECK(done.errors.empty());
    REQUIRE(done.lines.size() == 4);
    CHECK(done.lines[0] == folder.path + "/deep/1-u.html");
    CHECK(done.lines[2] == folder.path + "/deep/4-______" + "__" + "__.html");
    CHECK(done.lines[3].size() == folder.path.size() + std::string("/deep/5-.html").size() + 36);
    CHECK_THAT(content(done.lines[0]), ContainsSubstring("You earned 1 of 1 point (100%)."));
    CHECK_THAT(content(done.lines[1]), ContainsSubstring("Sie haben 0 von 1 Punkt erreicht"));
    const auto all = std::filesystem::directory_iterator(folder.path + "/deep");
    CHECK(std::distance(begin(all), end(all)) == 4);
}

TEST_CASE("bad lines are told and do not stop the others") {
    const temporary_file test(demo);
    const fresh_folder folder;
    const std::string input = "nonsense\n"
                              R"({"user_id":"u","test_id":"demo","answers":{"q1":"B"}})";
    const run text(test.path, folder.path, input);
    CHECK(text.exit_code == 1);
    CHECK_THAT(text.errors, ContainsSubstring("line 1: "));
    CHECK(text.lines == std::vector<std::string>{folder.path + "/2-u.html"});
    const run json(test.path, folder.path, input, tools::output_format::json);
    REQUIRE(json.lines.size() == 2);
    CHECK_THAT(json.lines[0], ContainsSubstring(R"({"line":1,"failure":{"code":"malformed")"));
    CHECK(json.lines[1] == R"({"line":2,"submission_id":null,"user_id":"u","file":")" + folder.path + "/2-u.html\"}");
}

TEST_CASE("without a test or a folder there is nothing to do") {
    const temporary_file test(demo);
    const fresh_folder folder;
    CHECK(run("/nowhere.json", folder.path, "").exit_code == 2);
    const run taken(test.path, test.path, "");
    CHECK(taken.exit_code == 2);
    CHECK_THAT(taken.errors, ContainsSubstring("cannot be made a folder"));
}
