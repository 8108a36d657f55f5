// The worst that a request of the usual largest size can ask for is done, or refused, in bounded time and memory.
#include "codec/definition.hpp"
#include "codec/submission_decoder.hpp"
#include "gradesvc/scoring/scorer.hpp"
#include "support/catch.hpp"
#include "support/cost.hpp"
#include "tools/lint.hpp"

#include <functional>

using namespace gradesvc;

namespace {

constexpr std::size_t largest_body = 512 << 10;

std::string repeat(std::size_t times, const std::function<std::string(std::size_t)>& piece) {
    std::string joined;
    for (std::size_t i = 0; i < times; ++i) joined += (i == 0 ? "" : ",") + piece(i);
    return joined;
}
std::string repeat(std::size_t times, const std::string& piece) {
    return repeat(times, [&](std::size_t) { return piece; });
}
std::string times(std::size_t count, std::string_view text) {
    std::string whole;
    for (std::size_t i = 0; i < count; ++i) whole += text;
    return whole;
}

// A test of `count` items i0, i1, … with these members.
std::string test_of(std::size_t count, const std::string& test, const std::function<std::string(std::size_t)>& item) {
    return R"({"test_id":"t",)" + test + R"("items":[)" +
           repeat(count,
                  [&](std::size_t i) { return R"({"item_id":"i)" + std::to_string(i) + "\"," + item(i) + "}"; }) +
           "]}";
}

std::string submission_of(std::size_t count, const std::string& answer) {
    return R"({"user_id":"u","test_id":"t","answers":{)" +
           repeat(count, [&](std::size_t i) { return "\"i" + std::to_string(i) + "\":" + answer; }) + "}}";
}

// Decodes, compiles, decodes the submission, checks and scores; false when the definition is refused.
bool scored(const std::string& definition, const std::string& submission) {
    CHECK(definition.size() <= largest_body);
    CHECK(submission.size() <= largest_body);
    auto decoded = codec::decode_definition(definition);
    if (!decoded) return false;
    const auto scorer = scoring::scorer::compile(*std::move(decoded));
    if (!scorer) return false;
    codec::submission_decoder decoder;
    const auto answers = decoder.decode(submission, codec::unknown_members::refuse);
    REQUIRE(answers.has_value());
    std::vector<domain::field_error> errors;
    (*scorer)->check(**answers, errors);
    CHECK(errors.empty());
    scoring::score_sheet sheet;
    (*scorer)->score(**answers, scoring::profile::full, sheet);
    CHECK(sheet.raw <= sheet.max);
    return true;
}

void cheap(const test::cost& cost, double mib) {
    CHECK(cost.seconds() < 1);
    CHECK(cost.mib() < mib);
}

} // namespace

TEST_CASE("hostile: as many response categories and nodes as there may be") {
    const std::string steps = repeat(20, [](std::size_t k) { return k % 2 == 0 ? "-1e3" : "1e3"; });
    for (const auto* estimator : {"EAP", "MAP", "MLE", "WLE"}) {
        INFO(estimator);
        const test::cost cost;
        CHECK(scored(test_of(1000,
                             R"("ability":{"d":10,"estimator":")" + std::string(estimator) +
                                 R"(","prior":{"sd":0.01},"quadrature":{"min":-1e3,"max":1e3,"points":119}},)",
                             [&](std::size_t i) {
                                 return R"("correct":"A","irt":{"model":"GPCM","a":)" +
                                        std::string(i % 2 == 0 ? "-1e3" : "1e3") + R"(,"b":[)" + steps + "]}";
                             }),
                     submission_of(1000, "\"A\"")));
        cheap(cost, 100);
    }
}

TEST_CASE("hostile: a fine grid that is walked along") {
    const test::cost cost;
    CHECK(scored(test_of(1000, R"("ability":{"estimator":"WLE","quadrature":{"min":-1e3,"max":1e3,"points":1001}},)",
                         [](std::size_t i) {
                             return R"("correct":"A","irt":{"model":"2PL","a":1e3,"b":)" +
                                    std::to_string(static_cast<int>(i % 2000) - 1000) + "}";
                         }),
                 submission_of(1000, "\"A\"")));
    cheap(cost, 100);
}

TEST_CASE("hostile: as many nodes of skills as there may be") {
    const auto skills = [](std::size_t count, const std::string& points) {
        return R"("skills":[)" +
               repeat(count, [](std::size_t k) { return R"({"skill_id":"s)" + std::to_string(k) + "\"}"; }) +
               R"(],"skill_model":{"points":)" + points + R"(,"correlation":[)" +
               repeat(count,
                      [&](std::size_t row) {
                          return "[" + repeat(count, [&](std::size_t k) { return k == row ? "1" : "0.999"; }) + "]";
                      }) +
               "]},";
    };
    const auto item = [](std::size_t count) {
        return [count](std::size_t i) {
            const auto skill = [&](std::size_t k) { return "\"s" + std::to_string(k % count) + "\":1"; };
            const auto three = count < 4 ? skill(i) : skill(i) + "," + skill(i + 1) + "," + skill(i + 3);
            return R"("correct":"A","skills":{)" + three + R"(},"irt":{"model":"2PL","a":1e3,"b":)" +
                   (i % 2 == 0 ? "5" : "-5") + "}";
        };
    };
    for (const auto& [count, points] : {std::pair(6, "11"), std::pair(5, "17"), std::pair(3, "101")}) {
        INFO(count);
        const auto k = static_cast<std::size_t>(count);
        const test::cost cost;
        CHECK(scored(test_of(400, skills(k, points), item(k)), submission_of(400, "\"A\"")));
        cheap(cost, 150);
    }
    CHECK_FALSE(scored(test_of(1, skills(6, "21"), item(6)), submission_of(1, "\"A\"")));
    CHECK_FALSE(scored(test_of(1000, skills(5, "17"), item(5)), submission_of(1000, "\"A\"")));
}

TEST_CASE("hostile: wildcards that nearly match") {
    const std::string pattern = R"({"wildcard":true,"value":")" + times(20, "*aab") + "\"}";
    const test::cost cost;
    CHECK(scored(test_of(40, "",
                         [&](std::size_t) {
                             return R"("type":"text_entry","rule":"text","correct":[)" + repeat(100, pattern) + "]";
                         }),
                 submission_of(1, "\"" + times(largest_body - 200, "a") + "\"")));
    cheap(cost, 50);
}

TEST_CASE("hostile: texts of combining marks") {
    const std::string marks = "\"" + times(800, "\xCC\xA3\xCC\x81") + "\""; // dot below after acute: out of order
    const test::cost cost;
    CHECK(scored(
        test_of(150, "",
                [](std::size_t) {
                    return R"("type":"text_entry","rule":"text","correct":["x",{"value":"y","case_sensitive":true}])";
                }),
        submission_of(150, marks)));
    cheap(cost, 50);
}

TEST_CASE("hostile: long keys beside each other") {
    const auto key = [](std::size_t k) { return "\"" + times(850, "\xC3\xA9") + std::to_string(k) + "\""; };
    const auto json = test_of(3, "", [&](std::size_t) {
        return R"("type":"text_entry","rule":"text","correct":[)" + repeat(100, key) + "]";
    });
    CHECK(json.size() <= largest_body);
    const auto definition = codec::read_definition(json, 100).definition;
    const test::cost cost;
    CHECK(tools::lint(definition).empty());
    CHECK(cost.seconds() < 0.2);
    cheap(cost, 50);
}

TEST_CASE("hostile: long numbers against many keys") {
    const std::string digits = times(99, "7");
    const auto figures = R"({"value":"1.)" + digits + R"(","tol":100,"tol_type":"sigfig"})";
    const auto share = R"({"value":"1e-400","tol":"1/)" + digits + R"(","tol_type":"relative"})";
    const test::cost cost;
    CHECK(scored(test_of(25, "",
                         [&](std::size_t) {
                             return R"("type":"text_entry","rule":"numeric","units":{"m":"1/)" + digits +
                                    R"("},"correct":[)" + repeat(50, figures) + "," + repeat(40, share) + "]";
                         }),
                 submission_of(25, "\"1." + times(999, "7") + " m\"")));
    CHECK(scored(test_of(400, "",
                         [](std::size_t) {
                             return R"("type":"text_entry","rule":"numeric","correct":[)" +
                                    repeat(26, R"({"value":1,"tol":9,"tol_type":"sigfig"})") + "]";
                         }),
                 submission_of(400, "\"1." + times(999, "7") + "e-999\"")));
    cheap(cost, 50);
}

TEST_CASE("hostile: weights and points without a common denominator") {
    const test::cost cost;
    const auto skills = repeat(30, [](std::size_t k) { return R"({"skill_id":"s)" + std::to_string(k) + "\"}"; });
    scored(test_of(400, R"("skills":[)" + skills + "],",
                   [](std::size_t i) {
                       const auto fraction = "\"1/" + std::to_string(10007 + 2 * i) + times(20, "3") + "\"";
                       return R"("correct":"A","max_score":)" + fraction + R"(,"skills":{)" +
                              repeat(30, [&](std::size_t k) { return "\"s" + std::to_string(k) + "\":" + fraction; }) +
                              "}";
                   }),
           submission_of(400, "\"A\""));
    cheap(cost, 100);
}

TEST_CASE("hostile: mappings of as many options as there may be") {
    const auto options = repeat(200, [](std::size_t k) { return "\"o" + std::to_string(k) + "\""; });
    const auto mapping = repeat(200, [](std::size_t k) { return "\"o" + std::to_string(k) + "\":-0.5"; });
    const test::cost cost;
    CHECK(scored(test_of(130, "",
                         [&](std::size_t) {
                             return R"("cardinality":"multiple","options":[)" + options +
                                    R"(],"correct":"o1","rule":{"kind":"map_response","mapping":{)" + mapping + "}}";
                         }),
                 submission_of(130, "[" + repeat(500, "\"o199\"") + "]")));
    cheap(cost, 50);
}

TEST_CASE("hostile: JSON that is deep, or has names as long as itself") {
    const std::string name = times(largest_body / 2, "~");
    const std::string definitions[] = {
        times(largest_body, "["),
        times(largest_body / 5, "{\"a\":"),
        R"({"test_id":"t","items":[{"item_id":"i","type":"inline_choice","gaps":{")" + name + R"(":[)" +
            repeat(largest_body / 12, "\"\"") + "]}}]}",
        "{\"" + name + "\":{" + repeat(largest_body / 12, "\"a\":1") + "}}",
        R"({"test_id":"t","items":[)" + repeat(largest_body / 5, "{}") + "]}",
        R"({"test_id":"t",)" +
            repeat(largest_body / 12, [](std::size_t i) { return "\"" + std::to_string(i) + "\":1"; }) + "}",
    };
    for (const auto& json : definitions) {
        INFO(json.substr(0, 80));
        CHECK(json.size() <= largest_body + 100);
        const test::cost cost;
        const auto read = codec::read_definition(json, 100);
        CHECK_FALSE(read.errors.empty());
        for (const auto& error : read.errors) CHECK(error.pointer.size() + error.detail.size() < 20'000);
        cheap(cost, 100);
    }
    const std::string submissions[] = {
        R"({"user_id":1,"test_id":1,"answers":{")" + name + R"(":[)" + repeat(largest_body / 8, "[]") + "]}}",
        R"({"user_id":1,"test_id":1,"answers":{")" + name + R"(":{)" + repeat(largest_body / 12, "\"a\":1") + "}}}",
        R"({"user_id":1,"test_id":1,"answers":{"i":[)" + repeat(largest_body / 4, "{}") + "]}}",
        R"({"user_id":1,"test_id":1,"answers":{"i":)" + times(100, "[") + times(100, "]") + "}}",
    };
    codec::submission_decoder decoder;
    for (const auto& json : submissions) {
        INFO(json.substr(0, 80));
        const test::cost cost;
        const auto decoded = decoder.decode(json, codec::unknown_members::ignore);
        REQUIRE(decoded.has_error());
        for (const auto& error : decoded.error().errors) CHECK(error.pointer.size() < 20'000);
        cheap(cost, 100);
    }
}

TEST_CASE("hostile: numbers beyond all bounds are no numbers") {
    const auto read = codec::read_definition(
        R"({"test_id":"t","scale":{"slope":1e999},"ability":{"prior":{"sd":-1e999},"d":1e-999},"items":[
            {"item_id":"q","correct":"A","max_score":1e999,"irt":{"model":"2PL","a":1e999,"b":NaN}}]})",
        100);
    CHECK(read.malformed);
    const auto finite = codec::read_definition(
        R"({"test_id":"t","scale":{"slope":1e999},"ability":{"prior":{"sd":-1e999},"d":1e-999},"items":[
            {"item_id":"q","correct":"A","max_score":1e999,"irt":{"model":"2PL","a":1e999,"b":1e9999}}]})",
        100);
    std::vector<std::string> pointers;
    for (const auto& error : finite.errors) pointers.push_back(error.pointer);
    CHECK(pointers == std::vector<std::string>{"/scale/slope", "/ability/d", "/ability/prior/sd", "/items/0/max_score",
                                               "/items/0/irt/a", "/items/0/irt/b"});
    CHECK(codec::read_definition(std::string(5 << 20, ' '), 100).errors.size() == 1);
}
