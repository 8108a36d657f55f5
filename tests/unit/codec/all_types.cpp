// Every form of item, rule and answer, from JSON to points: tests/vectors/all-types.json and .jsonl.
#include "codec/submission_decoder.hpp"
#include "definition_support.hpp"
#include "gradesvc/scoring/scorer.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <sstream>

using namespace gradesvc;
using scoring::item_outcome;

namespace {

struct expected_score {
    const char* item;
    double score, max;
    item_outcome outcome;
};

constexpr auto right = item_outcome::correct, partly = item_outcome::partial, wrong = item_outcome::incorrect,
               blank = item_outcome::blank, pending = item_outcome::pending;

// The sample answers of the first line.
const expected_score first[] = {
    {"c1", 1, 1, right},        {"c2", 0.5, 1, partly}, // C is mapped to 0.5
    {"m1", 1, 1, right},                                // in any order
    {"m2", 1.5, 1.5, right},                            // B once, and C
    {"m3", 1.6, 2, partly},                             // 4 of 5 decisions
    {"m4", 0.25, 1, partly},                            // two errors: B is missing, C is wrong
    {"m5", 2.0 / 3, 1, partly},                         // 2 of 3
    {"ic", 2, 2, right},        {"gm", 1.5, 3, partly}, // 1 + 0.5
    {"ma", 1, 1, right},        {"as", 2, 2, right},    // pairs in either direction
    {"o1", 1, 1, right},        {"o2", 1, 2, partly},   // A B is one of the neighbours C A, A B
    {"o3", 1, 3, partly},                               // C is in its place
    {"t1", 0.5, 1, partly},                             // *saurus, trimmed
    {"n1", 1, 1, right},        {"n2", 1, 1, right},    // in [9.7, 9.9)
    {"sp", 2, 2, right},                                // the circle and the rectangle
    {"hs", 1, 1, right},        {"et", 0, 6, pending},
    {"up", 0, 10, pending},     {"cb", 3, 3, right}, // certain: three times
    {"pc", 0, 2, blank},
};

// Mistakes of the second line.
const expected_score second[] = {
    {"c1", -1.0 / 3, 1, wrong}, {"c2", -0.25, 1, wrong}, {"m1", 0, 1, wrong},
    {"m2", 0.5, 1.5, partly},                         // 0 + 0.5, C once
    {"m3", 1.6, 2, partly},                           // 4 of 5 decisions
    {"m4", 0, 1, wrong},                              // five errors
    {"m5", 0.5, 1, partly},                           // 3/3 - 1/2
    {"ic", 1, 2, partly},       {"gm", 1, 3, partly}, // -1 + 2
    {"ma", 0, 1, wrong},        {"as", 1, 2, partly}, // D B and B D are one pair; A B is none
    {"o1", 0, 1, wrong},        {"o2", 1, 2, partly}, // C A, and nothing after it
    {"o3", 1, 3, partly},                             // B is in its place
    {"t1", 0, 1, wrong},        {"n1", 1, 1, right},  // 9.80 within 9.81 ± 0.02
    {"n2", 1, 1, right},                              // the same to three figures
    {"sp", 2, 2, right}, // circle once (its boundary twice), a corner of the polygon, the ellipse's end: 1 + 0.5 + 0.5
    {"hs", 0, 1, wrong}, // the boundary of liver, worth 0
    {"et", 0, 6, blank},        {"up", 0, 10, blank},    {"cb", -2, 3, wrong}, // rather certain: -2
    {"pc", 2, 2, right},
};

std::vector<std::string> lines() {
    std::istringstream text(test::file("tests/vectors/all-types.jsonl"));
    std::vector<std::string> all;
    for (std::string line; std::getline(text, line);) all.push_back(line);
    return all;
}

scoring::score_sheet scored(const std::string& line) {
    static const auto compiled = scoring::scorer::compile(test::decoded(test::file("tests/vectors/all-types.json")));
    REQUIRE(compiled.has_value());
    const auto& scorer = *compiled;
    codec::submission_decoder decoder;
    const auto decoded = decoder.decode(line, codec::unknown_members::refuse);
    REQUIRE(decoded.has_value());
    std::vector<domain::field_error> errors;
    scorer->check(**decoded, errors);
    INFO((errors.empty() ? "" : errors[0].pointer + " " + errors[0].detail));
    REQUIRE(errors.empty());
    scoring::score_sheet sheet;
    scorer->score(**decoded, scoring::profile::full, sheet);
    return sheet;
}

template <std::size_t N>
void compare(const scoring::score_sheet& sheet, const expected_score (&expected)[N]) {
    REQUIRE(sheet.item_scores.size() == N);
    for (const auto& want : expected) {
        INFO(want.item);
        const auto line = std::find_if(sheet.item_scores.begin(), sheet.item_scores.end(),
                                       [&](const auto& l) { return l.item_id == want.item; });
        REQUIRE(line != sheet.item_scores.end());
        CHECK(line->score == want.score);
        CHECK(line->max == want.max);
        CHECK(line->outcome == want.outcome);
    }
}

} // namespace

TEST_CASE("the sample answers of all item types") {
    const auto sheet = scored(lines().at(0));
    compare(sheet, first);
    CHECK(sheet.pending == 2);
    CHECK(sheet.answered == 22);
    CHECK(sheet.raw == Approx(23.85 + 2.0 / 3));
    CHECK(sheet.max == 49.5);
    CHECK_FALSE(sheet.percent);
}

TEST_CASE("mistakes in all item types") {
    const auto sheet = scored(lines().at(1));
    compare(sheet, second);
    CHECK(sheet.pending == 0);
    CHECK(sheet.answered == 21);
    CHECK(sheet.percent.has_value());
}

TEST_CASE("blank is 0 in all item types") {
    const auto sheet = scored(lines().at(2));
    for (const auto& line : sheet.item_scores) {
        CHECK(line.outcome == item_outcome::blank);
        CHECK(line.score == 0);
    }
    CHECK(sheet.raw == 0);
    CHECK(sheet.percent == 0);
}
