#include "gradesvc/tools/check.hpp"

#include "support/catch.hpp"
#include "temporary_file.hpp"

#include <sstream>

using namespace gradesvc;
using test::temporary_file;

namespace {

struct run {
    explicit run(std::vector<std::string> files, tools::output_format format = tools::output_format::text)
        : exit_code(tools::run_check({std::move(files), format}, out_stream, err_stream)),
          out(out_stream.str()),
          err(err_stream.str()) {}
    std::ostringstream out_stream, err_stream;
    int exit_code;
    std::string out, err;
};

} // namespace

TEST_CASE("the bundled samples have no findings") {
    for (const std::string sample : {"lsat-6", "mathematics-20"}) {
        const run checked({GRADESVC_SOURCE_DIR "/config/tests/" + sample + ".json"});
        CHECK(checked.exit_code == 0);
        CHECK_THAT(checked.out, Catch::Matchers::ContainsSubstring(".json: ok\n"));
    }
}

TEST_CASE("errors are listed with file, pointer and reason") {
    const temporary_file test(R"({"test_id":"t","items":[{"item_id":"a","options":["A"],"correct":"B"},
                               {"item_id":"o","type":"order","options":["A","B"],"correct":["B","A"]}]})");
    const run checked({test.path});
    CHECK(checked.exit_code == 1);
    CHECK(checked.out == test.path + ": error: /items/0/correct: is not an option\n");
}

TEST_CASE("what cannot be scored is an error") {
    const temporary_file test(R"({"test_id":"t","skills":[{"skill_id":"s"}],"items":[
        {"item_id":"q","correct":"A","max_score":"999999.999999999","skills":{"s":1000}}]})");
    const run checked({test.path});
    CHECK(checked.exit_code == 1);
    CHECK(checked.out == test.path + ": error: /skills/0: the weights of its items are too large to be summed\n");
}

TEST_CASE("warnings alone leave the exit code 0") {
    const temporary_file test(R"({"test_id":"t","skills":[{"skill_id":"s"}],"items":[
        {"item_id":"n","type":"text_entry","rule":"numeric","correct":[{"value":0,"tol":0.1,"tol_type":"relative"}]},
        {"item_id":"c","options":["A","B","C"],"correct":"A","misconceptions":{"A":"x","B":"y"},
         "irt":{"model":"2PL","a":-1,"b":0}},
        {"item_id":"t","type":"text_entry","rule":"text","correct":[{"value":"*","wildcard":true},"x"]},
        {"item_id":"one","options":["A"],"correct":"A"}]})");
    const run checked({test.path}, tools::output_format::json);
    CHECK(checked.exit_code == 0);
    CHECK(checked.err.empty());
    CHECK_THAT(checked.out, Catch::Matchers::ContainsSubstring(R"("errors":[],"warnings":[{"pointer":)"));
    for (const auto* pointer : {"/items/0/correct/0/tol", "/items/1/options/0", "/items/1/options/2", "/items/1/irt/a",
                                "/items/2/correct/0", "/items/3/options", "/skills/0"})
        CHECK_THAT(checked.out,
                   Catch::Matchers::ContainsSubstring("{\"pointer\":\"" + std::string(pointer) + "\",\"detail\":"));
}

TEST_CASE("not JSON at all is an error of the whole document") {
    const temporary_file test("{");
    const run checked({test.path}, tools::output_format::json);
    CHECK(checked.exit_code == 1);
    CHECK_THAT(checked.out,
               Catch::Matchers::ContainsSubstring(R"([{"pointer":"","detail":"the definition is not JSON)"));
}

TEST_CASE("an unreadable file is exit 2, and the others are checked all the same") {
    const temporary_file good(R"({"test_id":"t","items":[{"item_id":"a","correct":"B"}]})");
    const run checked({"/nowhere/x.json", good.path});
    CHECK(checked.exit_code == 2);
    CHECK_THAT(checked.err, Catch::Matchers::ContainsSubstring("/nowhere/x.json"));
    CHECK(checked.out == good.path + ": ok\n");
}
