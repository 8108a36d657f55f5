#include "gradesvc/tools/calibrate.hpp"

#include "codec/definition.hpp"
#include "codec/json_document.hpp"
#include "gradesvc/scoring/scorer.hpp"
#include "support/catch.hpp"
#include "temporary_file.hpp"

#include <fstream>
#include <random>
#include <sstream>

using namespace gradesvc;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using domain::irt_model;
using test::temporary_file;

namespace {

struct run {
    run(const std::string& test, irt_model model, const std::string& input, tools::calibrate_options options = {}) {
        std::istringstream in(input);
        std::ostringstream out_stream, err_stream;
        options.test = test;
        options.model = model;
        exit_code = tools::run_calibrate(options, in, out_stream, err_stream);
        out = out_stream.str();
        err = err_stream.str();
    }

    domain::test_definition definition() const {
        auto decoded = codec::decode_definition(out);
        REQUIRE(decoded.has_value());
        return *decoded;
    }

    int exit_code = -1;
    std::string out, err;
};

const std::string lsat_test = GRADESVC_SOURCE_DIR "/config/tests/lsat-6.json";

std::string lsat_submissions() {
    std::ifstream data(GRADESVC_SOURCE_DIR "/config/data/lsat6.csv");
    std::string lines;
    for (std::string line; std::getline(data, line);) {
        if (line.empty() || line[0] == '#' || line.starts_with("pattern")) continue;
        std::string answers;
        for (std::size_t i = 0; i < 5; ++i)
            answers += std::string(i == 0 ? "" : ",") + "\"item_" + std::to_string(i + 1) + "\":\"" + line[i] + "\"";
        for (int i = std::stoi(line.substr(6)); i > 0; --i)
            lines += R"({"user_id":"u","test_id":"lsat-6","answers":{)" + answers + "}}\n";
    }
    return lines;
}

// A submission of test "t" a person: members of `answers` as JSON.
std::string submission(const std::string& answers) {
    return R"({"user_id":"u","test_id":"t","answers":{)" + answers + "}}\n";
}

// Persons who answer `items` choices q0, q1, …; ability decides, with noise.
std::string choices(int persons, int items) {
    std::mt19937 chance(12);
    std::string lines;
    for (int i = 0; i < persons; ++i) {
        std::string answers;
        const auto ability = chance() % 100;
        for (int j = 0; j < items; ++j)
            answers += (j == 0 ? "\"q" : ",\"q") + std::to_string(j) + "\":\"" +
                       (chance() % 100 + ability > 70 + 10U * static_cast<unsigned>(j) ? "A" : "B") + "\"";
        lines += submission(answers);
    }
    return lines;
}

} // namespace

TEST_CASE("the definition comes back with parameters, and can be published") {
    const run calibrated(lsat_test, irt_model::two_pl, lsat_submissions());
    CHECK(calibrated.exit_code == 0);
    CHECK_THAT(calibrated.err, ContainsSubstring("2PL: 1000 persons, 10 parameters, log-likelihood -2466.65337") &&
                                   ContainsSubstring(", converged after "));
    CHECK_THAT(calibrated.err, !ContainsSubstring("warning"));
    CHECK_THAT(calibrated.out, ContainsSubstring("\"calibration\": {\"model\": \"2PL\", \"n\": 1000, \"patterns\": 30, "
                                                 "\"parameters\": 10, \"log_likelihood\": -2466.65337"));
    CHECK_THAT(calibrated.out, ContainsSubstring("\"converged\": true") && ContainsSubstring("\"points\": 61") &&
                                   ContainsSubstring("\"se_method\": \"observed\"") &&
                                   ContainsSubstring("\"left_out\": []"));
    const auto definition = calibrated.definition();
    CHECK(scoring::scorer::compile(definition).has_value());
    CHECK(definition.title.in("en") == "LSAT Section 6");
    CHECK_THAT(definition.items[2].irt->a, WithinAbs(0.890874534, 1e-6));
    CHECK_THAT(definition.items[2].irt->b[0], WithinAbs(-0.279666231, 1e-6));

    codec::json_document document;
    REQUIRE(document.parse(calibrated.out).empty());
    const auto item = *document.root().find("items").begin();
    CHECK_THAT(item.find("irt_se").find("a").as_double().value(), WithinAbs(0.258114934, 1e-6));
    CHECK_THAT(item.find("irt_se").find("b").as_double().value(), WithinAbs(0.866472101, 1e-6));
    const auto intercept = *document.root().find("calibration").find("intercepts").begin();
    CHECK(intercept.find("item_id").text() == "item_1");
    CHECK_THAT(intercept.find("d").as_double().value(), WithinAbs(2.773234398, 1e-6));
    CHECK_THAT(intercept.find("d_se").as_double().value(), WithinAbs(0.205743749, 1e-6));
}

TEST_CASE("all members of the definition stay, in their order") {
    const temporary_file test(R"({"items":[{"irt":{"model":"1PL","b":9},"correct":"A","item_id":"q0"},
        {"item_id":"q1","correct":"A","rule":{"kind":"match_correct","wrong_score":-0.50}},
        {"item_id":"q2","irt_se":{"a":1},"correct":"A"},{"item_id":"q3","correct":"A"}],
        "calibration":{"old":1},"version":12345678901234,"test_id":"t"})");
    auto lines = choices(600, 4);
    const run calibrated(test.path, irt_model::one_pl, lines);
    CHECK(calibrated.exit_code == 0);
    CHECK_THAT(calibrated.out, Catch::StartsWith("{\n  \"items\": [\n    {\"irt\": {\"model\": \"1PL\", \"a\": "));
    CHECK_THAT(calibrated.out, ContainsSubstring("}, \"correct\": \"A\", \"item_id\": \"q0\"},\n"));
    CHECK_THAT(calibrated.out, ContainsSubstring("\"wrong_score\": -0.50}, \"irt\": {"));
    CHECK_THAT(calibrated.out,
               ContainsSubstring("\"version\": 12345678901234,\n  \"test_id\": \"t\",\n  \"calibration\""));
    CHECK_THAT(calibrated.out, !ContainsSubstring("\"old\""));
    const auto again = calibrated.definition();
    CHECK(again.items[0].irt->a == again.items[3].irt->a);

    const temporary_file output(calibrated.out);
    CHECK(run(output.path, irt_model::one_pl, lines).out == calibrated.out);
}

TEST_CASE("threads do not change what is printed") {
    tools::calibrate_options one, three;
    one.threads = 1;
    three.threads = 3;
    const auto lines = lsat_submissions();
    CHECK(run(lsat_test, irt_model::three_pl, lines, one).out == run(lsat_test, irt_model::three_pl, lines, three).out);
    tools::calibrate_options fewer;
    fewer.points = 31;
    CHECK_THAT(run(lsat_test, irt_model::one_pl, lines, fewer).out, ContainsSubstring("\"points\": 31"));
}

TEST_CASE("polytomous items have the score steps of their parameters or of their points") {
    const temporary_file test(R"({"test_id":"t","items":[
        {"item_id":"q0","correct":"A"},{"item_id":"q1","correct":"A"},{"item_id":"q2","correct":"A"},
        {"item_id":"m","options":["A","B","C","D"],"cardinality":"multiple","correct":["A","B","C"],"rule":"map_response",
         "max_score":3},
        {"item_id":"n","options":["A","B","C","D"],"cardinality":"multiple","correct":["A","B","C"],"rule":"map_response",
         "max_score":3,"irt":{"model":"GRM","b":[-1,1]}},
        {"item_id":"five","correct":"A","max_score":5}]})");
    std::mt19937 chance(3);
    std::string lines;
    for (int i = 0; i < 800; ++i) {
        const auto ability = chance() % 4;
        const auto some = [&] {
            static constexpr const char* sets[] = {"[]", R"(["A"])", R"(["B","C"])", R"(["A","B","C"])"};
            return std::string(sets[std::min<std::size_t>((ability + chance() % 3) / 2 + chance() % 2, 3)]);
        };
        const auto one = [&] { return ability + chance() % 4 > 3 ? "\"A\"" : "\"B\""; };
        lines += submission("\"q0\":" + std::string(one()) + ",\"q1\":" + one() + ",\"q2\":" + one() +
                            ",\"m\":" + some() + ",\"n\":" + some() + ",\"five\":" + one());
    }
    for (const auto model : {irt_model::grm, irt_model::gpcm}) {
        const run calibrated(test.path, model, lines);
        CHECK(calibrated.exit_code == 0);
        const auto items = calibrated.definition().items;
        CHECK(items[0].irt->b.size() == 1);
        CHECK(items[3].irt->b.size() == 3);
        CHECK(items[4].irt->b.size() == 2);
        CHECK(items[5].irt->b.size() == 1);
        CHECK_THAT(calibrated.err, ContainsSubstring("warning: item five: some of its 5 score steps do not occur; "
                                                     "calibrated with 1"));
    }
    CHECK(run(test.path, irt_model::two_pl, lines).definition().items[3].irt->b.size() == 1);
}

TEST_CASE("the blank policy says what blanks are") {
    const auto definition = [](const std::string& policy) {
        return R"({"test_id":"t","blank_policy":")" + policy +
               R"(","items":[{"item_id":"q0","correct":"A"},{"item_id":"q1","correct":"A"},{"item_id":"q2","correct":"A"},
                   {"item_id":"q3","correct":"A","cbm":true}]})";
    };
    auto lines = choices(600, 4);
    for (int i = 0; i < 100; ++i) lines += submission(R"("q1":"A")") + submission("");
    const auto persons = [&](const std::string& policy) {
        const temporary_file test(definition(policy));
        const run calibrated(test.path, irt_model::one_pl, lines);
        CHECK(calibrated.exit_code == 0);
        CHECK(calibrated.definition().items[3].irt.has_value());
        const auto& irt = calibrated.definition().items;
        return std::pair(calibrated.out.substr(calibrated.out.find("\"n\": ") + 5, 3), irt[0].irt->b[0]);
    };
    const auto wrong = persons("wrong"), missing = persons("missing"), trailing = persons("trailing_missing");
    CHECK(wrong.first == "800");
    CHECK(missing.first == "700"); // those without any answer say nothing
    CHECK(trailing.first == "700");
    CHECK(wrong.second > trailing.second); // q0 looks harder when its blanks are wrong
    CHECK(trailing.second > missing.second);
}

TEST_CASE("certainty does not change what an answer shows") {
    const temporary_file test(R"({"test_id":"t","items":[{"item_id":"q0","correct":"A","cbm":true},
                               {"item_id":"q1","correct":"A","cbm":true},{"item_id":"q2","correct":"A","cbm":true}]})");
    std::string sure;
    std::istringstream lines(choices(600, 3));
    for (std::string line; std::getline(lines, line); sure += line + "\n")
        for (const auto* const id : {"q0", "q1", "q2"}) {
            const auto at = line.find(std::string("\"") + id) + 5;
            line.replace(at, 3, R"({"value":)" + line.substr(at, 3) + R"(,"certainty":3})");
        }
    CHECK(run(test.path, irt_model::two_pl, sure).out == run(test.path, irt_model::two_pl, choices(600, 3)).out);
}

TEST_CASE("bad lines are told, leave the rest as it is, and are exit 1") {
    const auto good = lsat_submissions();
    const run calibrated(lsat_test, irt_model::two_pl,
                         "nonsense\n\n" + good + R"({"user_id":"u","test_id":"x","answers":{}})");
    CHECK(calibrated.exit_code == 1);
    CHECK_THAT(calibrated.err,
               ContainsSubstring("line 1: malformed: ") && ContainsSubstring("line 1003: unknown_test: "));
    CHECK(calibrated.out == run(lsat_test, irt_model::two_pl, good).out);
    std::string many = good;
    for (int i = 0; i < 30; ++i) many += "{\n";
    CHECK_THAT(run(lsat_test, irt_model::two_pl, many).err, ContainsSubstring("10 more lines are bad"));
}

TEST_CASE("what cannot be estimated is said and left without parameters") {
    const temporary_file test(R"({"test_id":"t","items":[{"item_id":"q0","correct":"A"},{"item_id":"q1","correct":"A"},
        {"item_id":"q2","correct":"A"},{"item_id":"easy","correct":"A","irt":{"model":"2PL","b":0}}]})");
    auto lines = choices(90, 3);
    for (std::size_t at = 0; (at = lines.find("}}", at)) != lines.npos; at += 14) lines.insert(at, R"(,"easy":"A")");
    const run calibrated(test.path, irt_model::one_pl, lines);
    CHECK(calibrated.exit_code == 0);
    CHECK_THAT(calibrated.err, ContainsSubstring("warning: item easy: all answers score the same; it is left without"));
    CHECK_THAT(calibrated.err,
               ContainsSubstring("warning: 90 persons are few: estimates of the 1PL are stable from 100"));
    CHECK_THAT(calibrated.out, ContainsSubstring(R"("left_out": [{"item_id": "easy", "reason": "no_variation"}])"));
    CHECK_FALSE(calibrated.definition().items[3].irt.has_value());
    CHECK_THAT(calibrated.out, !ContainsSubstring("nan") && !ContainsSubstring("inf"));

    tools::calibrate_options table;
    table.format = tools::output_format::text;
    const run text(test.path, irt_model::one_pl, lines, table);
    CHECK_THAT(text.out, Catch::StartsWith("item_id\tstate\ta\ta_se\tb\tb_se\tc\tc_se\nq0\testimated\t"));
    CHECK_THAT(text.out, Catch::EndsWith("easy\tno_variation\n"));
}

TEST_CASE("without anything to estimate from it is exit 2") {
    const auto fails = [](const std::string& test, const std::string& lines, const std::string& why) {
        const run calibrated(test, irt_model::two_pl, lines);
        CHECK(calibrated.exit_code == 2);
        CHECK(calibrated.out.empty());
        CHECK_THAT(calibrated.err, ContainsSubstring("gradesvc calibrate: ") && ContainsSubstring(why));
    };
    const temporary_file test(R"({"test_id":"t","items":[{"item_id":"q0","correct":"A"}]})");
    const temporary_file coarse(
        R"({"test_id":"t","ability":{"quadrature":{"points":5}},"items":[{"item_id":"q0","correct":"A"}]})");
    const temporary_file invalid(R"({"test_id":"t","items":[{"item_id":"q"}]})");
    fails(test.path, "", "there are no submissions");
    fails(test.path, submission(R"("q0":"A")"), "there is no item to estimate");
    fails(coarse.path, submission(R"("q0":"A")"), "is too coarse");
    fails(invalid.path, "", "/items/0/correct is missing");
    fails("/nowhere.json", "", "/nowhere.json");
    tools::calibrate_options options;
    options.submissions = "/nowhere.jsonl";
    CHECK(run(test.path, irt_model::two_pl, "", options).exit_code == 2);
}
