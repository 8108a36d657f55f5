#include "gradesvc/tools/check.hpp"

#include "support/catch.hpp"
#include "temporary_file.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

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
    const temporary_file test(R"({"test_id":"t","items":[{"item_id":"a","options":["A","C"],"correct":"B"},
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
    CHECK_THAT(checked.out,
               Catch::Matchers::StartsWith(
                   test.path + ": error: /skills/0: the weights of its items are too large to be summed\n"));
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
                                "/items/2/correct/1", "/items/3/options", "/skills/0"})
        CHECK_THAT(checked.out,
                   Catch::Matchers::ContainsSubstring("{\"pointer\":\"" + std::string(pointer) + "\",\"detail\":"));
}

TEST_CASE("every error is told, and what else is worth a word") {
    std::string json = R"({"test_id":"t","skills":[{"skill_id":"s","resources":["chapter 3"]}],"items":[)";
    for (int i = 0; i < 300; ++i) json += "{},";
    const temporary_file test(json + R"({"item_id":"q","options":["A"],"correct":"A"}]})");
    const run checked({test.path});
    CHECK(checked.exit_code == 1);
    for (const auto* line :
         {"error: /items/0/item_id: is missing\n", "error: /items/299/correct: is missing\n",
          "warning: /items/300/options: ", "warning: /skills/0/resources/0: ", "warning: /skills/0: "})
        CHECK_THAT(checked.out, Catch::Matchers::ContainsSubstring(test.path + ": " + line));
}

TEST_CASE("entries of a key that never count are told") {
    const temporary_file test(R"({"test_id":"t","items":[
        {"item_id":"t","type":"text_entry","rule":"text","correct":["Rome",{"value":"rome","case_sensitive":true},
         {"value":"R*e","wildcard":true},{"value":"rä*e","wildcard":true},{"value":"r*m*E","wildcard":true},"ROMA"]},
        {"item_id":"n","type":"text_entry","rule":"numeric","correct":[{"value":"10","tol":"1"},
         {"value":"10","tol":"0.05","tol_type":"relative"},{"value":"[9,11]","tol_type":"range"},
         {"value":"[9,11.1]","tol_type":"range"},"10.5",{"value":"10.5","tol":2,"tol_type":"decimals"}]}]})");
    const run checked({test.path});
    CHECK(checked.exit_code == 0);
    std::string expected;
    for (const auto* place : {"/items/0/correct/1: never counts: entry 0", "/items/0/correct/3: never counts: entry 2",
                              "/items/0/correct/4: never counts: entry 2", "/items/1/correct/1: never counts: entry 0",
                              "/items/1/correct/2: never counts: entry 0", "/items/1/correct/4: never counts: entry 0"})
        expected += test.path + ": warning: " + place + " matches all that it does\n";
    CHECK(checked.out == expected);
}

namespace {

// The pointers of all warnings about a test.
std::vector<std::string> warnings_about(const std::string& members, const std::string& items) {
    const temporary_file test(R"({"test_id":"t",)" + members + R"("items":[)" + items + "]}");
    const run checked({test.path});
    CHECK(checked.exit_code == 0);
    std::vector<std::string> pointers;
    std::istringstream lines(checked.out);
    const auto prefix = test.path + ": warning: ";
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(prefix))
            pointers.push_back(line.substr(prefix.size(), line.find(": ", prefix.size()) - prefix.size()));
    return pointers;
}

std::string four_items(const std::string& members) {
    std::string items;
    for (int i = 0; i < 4; ++i)
        items += std::string(i == 0 ? "" : ",") + R"({"item_id":"i)" + std::to_string(i) + R"(","correct":"A",)" +
                 members + "}";
    return items;
}

} // namespace

TEST_CASE("distractors without a misconception are told, options that earn points are none") {
    using pointers = std::vector<std::string>;
    const auto about = [](const std::string& members) {
        return warnings_about("", R"({"item_id":"q","misconceptions":{"A":"x"},)" + members + "}");
    };
    const std::string choice = R"("options":["A","B","C","D"],)";
    CHECK(about(choice + R"("rule":{"kind":"map_response","mapping":{"B":1,"C":0.5}})") ==
          pointers{"/items/0/options/3"});
    CHECK(about(choice + R"("correct":"D","rule":{"kind":"map_response","mapping":{"B":1,"C":0}})") ==
          pointers{"/items/0/options/2"});
    CHECK(about(choice + R"("rule":{"kind":"map_response","mapping":{"B":1,"C":-1},"default_score":0.1})") ==
          pointers{"/items/0/options/2"});

    const std::string gaps = R"("type":"gap_match","gaps":["g","h"],)" + choice;
    CHECK(about(gaps + R"("correct":[["B","g"],["C","h"]])") == pointers{"/items/0/options/3"});
    CHECK(about(gaps + R"("correct":[["A","g"],["B","h"],["C","h"]])") == pointers{"/items/0/options/3"});
    CHECK(about(gaps + R"("correct":[["A","g"],["A","h"],["B","g"],["C","g"],["D","g"]])") ==
          pointers{"/items/0/options/0"});
    CHECK(about(R"("type":"match","targets":["t","u"],)" + choice +
                R"("rule":{"kind":"map_response","mapping":[{"value":["B","t"],"score":1},
                   {"value":["C","u"],"score":0},{"value":["D","u"],"score":"1/2"}]})") ==
          pointers{"/items/0/options/2"});
}

TEST_CASE("each gap of an inline choice has its own distractors") {
    using pointers = std::vector<std::string>;
    const auto about = [](const std::string& correct) {
        return warnings_about("", R"({"item_id":"q","misconceptions":{"A":"x"},"type":"inline_choice",
            "gaps":{"g":["A","B","C"],"h/i":["B","A"]},"correct":)" +
                                      correct + "}");
    };
    CHECK(about(R"([["B","g"],["B","h/i"]])") == pointers{"/items/0/gaps/g/2"});
    CHECK(about(R"([["A","g"],["C","g"],["A","h/i"]])") ==
          pointers{"/items/0/gaps/g/0", "/items/0/gaps/g/1", "/items/0/gaps/h~1i/0", "/items/0/gaps/h~1i/1"});
}

TEST_CASE("models that cannot do what they are meant for are told") {
    using pointers = std::vector<std::string>;
    const std::string irt = R"("irt":{"model":"2PL","b":0})", plain = R"("max_score":1)";
    CHECK(warnings_about("", four_items(irt)).empty());
    CHECK(warnings_about(R"("ability":{"quadrature":{"points":11}},)", four_items(irt)) ==
          pointers{"/ability/quadrature/points"});
    CHECK(warnings_about(R"("ability":{"quadrature":{"points":11}},)", four_items(plain)).empty());
    CHECK(warnings_about(R"("ability":{"quadrature":{"min":-3,"max":3.9}},)", four_items(irt)) ==
          pointers{"/ability/quadrature/min", "/ability/quadrature/max"});
    CHECK(
        warnings_about(
            R"("scale":{"min":200,"max":800},"levels":[{"label":"a","min":199},{"label":"b","min":801},{"label":"c","min":200}],)",
            four_items(plain)) == pointers{"/scale", "/levels", "/levels"});
    CHECK(warnings_about(R"("levels":[{"label":"a","min":50}],)", four_items(irt)) == pointers{"/levels"});
    CHECK(warnings_about(R"("levels":[{"label":"a","min":50},{"label":"b","min":101}],)", four_items(plain)) ==
          pointers{"/levels"});
    CHECK(
        warnings_about("", four_items(R"("options":["A","B","C","D"],"irt":{"model":"3PL","b":0,"c":0.36})")).size() ==
        4);
    CHECK(warnings_about("", four_items(R"("options":["A","B","C","D"],"irt":{"model":"3PL","b":0,"c":0.3})")).empty());
}

TEST_CASE("skills without evidence, or that cannot be told apart, are told") {
    using pointers = std::vector<std::string>;
    const std::string two =
        R"("skills":[{"skill_id":"a","resources":["https://x.org","see page 3"]},{"skill_id":"b"}],)";
    CHECK(warnings_about(two, four_items(R"("skills":{"a":1,"b":"1/3"})")) ==
          pointers{"/skills/0/resources/1", "/skills/1"});
    CHECK(warnings_about(
              R"("skills":[{"skill_id":"a"},{"skill_id":"b"}],"skill_model":{"correlation":[[1,0.96],[0.96,1]]},)",
              four_items(R"("skills":{"a":1},"irt":{"model":"2PL","b":0})") + "," +
                  R"({"item_id":"x","correct":"A","skills":{"b":1}})") ==
          pointers{"/skills/1", "/skill_model/correlation/1/0"});
    CHECK(warnings_about(R"("skills":[{"skill_id":"a","prerequisites":["b","b"]},{"skill_id":"b"}],)",
                         four_items(R"("skills":{"a":1})")) ==
          pointers{"/skills/1", "/skills/0/prerequisites/0", "/skills/0/prerequisites/1"});
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

TEST_CASE("what calibrated items promise is told as JSON", "[check]") {
    const run checked({GRADESVC_SOURCE_DIR "/config/tests/lsat-6.json"}, tools::output_format::json);
    const auto measurement = boost::json::parse(checked.out).at(0).at("measurement");
    CHECK(measurement.at("items") == 5);
    CHECK(measurement.at("marginal_reliability").to_number<double>() == Approx(0.2989).margin(1e-4));
    CHECK(measurement.at("information").as_array().size() == 13);
    CHECK(measurement.at("sum_scores").as_array().size() == 6);
    CHECK(measurement.at("sum_scores").at(4).at("theta").to_number<double>() == Approx(0.0746).margin(1e-4));
    const temporary_file plain(R"({"test_id":"t","items":[{"item_id":"q","correct":"A"}]})");
    CHECK(boost::json::parse(run({plain.path}, tools::output_format::json).out).at(0).at("measurement").is_null());
}
