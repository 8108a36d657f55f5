#include "roles/test_folder.hpp"

#include "roles/options.hpp"
#include "support/catch.hpp"
#include "support/outcome.hpp"
#include "support/temp_folder.hpp"

using namespace gradesvc::roles;
using Catch::Matchers::ContainsSubstring;
using gradesvc::test::temp_folder;

namespace {

const std::string good = R"({"test_id":"t","items":[{"item_id":"q","correct":"A"}]})";

std::string refusal_of(const temp_folder& folder) {
    try {
        read_tests(folder.path());
    } catch (const usage_error& error) {
        return error.what();
    }
    return "";
}

} // namespace

TEST_CASE("the definitions of a folder are read by name", "[tests]") {
    const temp_folder folder;
    folder.write("b.json", good);
    folder.write("a.json", good);
    folder.write("notes.txt", "no definition");
    const auto tests = read_tests(folder.path());
    REQUIRE(tests.size() == 2);
    CHECK(tests[0].name == (folder.path() / "a.json").string());
    CHECK(tests[1].name == (folder.path() / "b.json").string());
    CHECK(tests[0].text == good);
}

TEST_CASE("a bad definition is refused with its file and place", "[tests]") {
    const temp_folder folder;
    folder.write("a.json", good);
    SECTION("no JSON") { folder.write("bad.json", "{"); }
    SECTION("not valid") {
        folder.write("bad.json", R"({"test_id":"t","items":[{"item_id":"q"},{"item_id":"r"}]})");
        CHECK_THAT(refusal_of(folder), ContainsSubstring("/items/0/correct") && ContainsSubstring("1 more"));
    }
    SECTION("beyond this engine") {
        folder.write("bad.json", R"({"test_id":"t","skills":[{"skill_id":"s"}],"items":[
            {"item_id":"q","correct":"A","max_score":"999999.999999999","skills":{"s":1000}}]})");
        CHECK_THAT(refusal_of(folder), ContainsSubstring("/skills/0"));
    }
    SECTION("not readable") { std::filesystem::create_directory(folder.path() / "bad.json"); }
    CHECK_THAT(refusal_of(folder), ContainsSubstring("bad.json"));
    CHECK(refusal_of(folder).find('\n') == std::string::npos);
}

TEST_CASE("the bundled samples can be scored", "[tests]") {
    const temp_folder folder;
    int n = 0;
    for (const auto& test : bundled_tests()) folder.write(std::to_string(++n) + ".json", test.text);
    CHECK(n >= 2);
    CHECK(read_tests(folder.path()).size() == static_cast<std::size_t>(n));
}
