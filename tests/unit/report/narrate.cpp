#include "gradesvc/report/narrate.hpp"

#include "gradesvc/report/language.hpp"
#include "sheets.hpp"

using namespace gradesvc;
using namespace gradesvc::test;
using report::narrate;
using texts = std::vector<std::string>;

namespace {

const auto full = definition_of(full_definition);
const auto plain = definition_of(R"({"test_id":"t","items":[{"item_id":"q1","correct":"B"}]})");

scoring::score_sheet plain_sheet(double raw, double max) {
    scoring::score_sheet sheet;
    sheet.raw = raw;
    sheet.max = max;
    sheet.percent = 100 * raw / max;
    sheet.answered = sheet.items = 1;
    return sheet;
}

} // namespace

TEST_CASE("a full sheet is told in English") {
    const auto said = narrate(full_sheet(full), full, "en");
    CHECK(said.headline == "You reached the level “Basic” with a score of 520; the possible range is 400 to 640.");
    CHECK(said.sentences ==
          texts{"You earned 3.5 of 7 points.", "You answered 5 of 6 questions.",
                "A test is a sample of questions: your true score most likely (95%) lies between 400 and 640.",
                "Of the reference population, 58% would reach this score or a lower one.",
                "The probability that you really are at the level “Basic” or above is 95%.", "Strong: “Numbers”.",
                "Needs work: “Algebra”.", "Too little evidence for a judgement: “Geometry”.",
                "You took 30\u00a0min 12\u00a0s of 1\u00a0h 0\u00a0min; half of your answers took 43\u00a0s or less.",
                "20% of your answers came much faster than the others; the result may show less than you can do.",
                "You did not reach the last question.",
                "Your answers do not follow the usual pattern: some hard questions are right and some easy ones wrong. "
                "Read this result with care."});
    CHECK(said.strengths ==
          texts{"In “Numbers” you earned 2 of 2 points. Compared with your other skills this is clearly higher: by 1.5 "
                "on the ability scale (90% interval 0.31 to 2.69)."});
    CHECK(said.weaknesses ==
          texts{"In “Algebra” you earned 0 of 2 points. Compared with your other skills this is clearly lower: by 1.5 "
                "on the ability scale (90% interval 0.31 to 2.69)."});
    CHECK(said.recommendations ==
          texts{"In “Algebra” you earned 0 of 2 points. The probability that you master this is 12%. You are ready for "
                "it: you master what it builds on, “Numbers”. Look again at questions q3 and q4."});
}

TEST_CASE("and in German, with its commas and plurals") {
    const auto said = narrate(full_sheet(full), full, "de-AT");
    CHECK(
        said.headline ==
        "Sie haben die Stufe „Grundstufe“ erreicht, mit einem Ergebnis von 520; der mögliche Bereich ist 400 bis 640.");
    CHECK(said.sentences.front() == "Sie haben 3,5 von 7 Punkten erreicht.");
    CHECK(said.sentences.at(3) ==
          "Von der Vergleichsgruppe würden 58\u00a0% dieses oder ein niedrigeres Ergebnis erreichen.");
    CHECK(said.weaknesses.front() ==
          "In „Algebra“ haben Sie 0 von 2 Punkten erreicht. Verglichen mit Ihren anderen Bereichen ist das deutlich "
          "niedriger: um 1,5 auf der Fähigkeitsskala (90-%-Intervall 0,31 bis 2,69).");
}

TEST_CASE("points alone make a headline") {
    CHECK(narrate(plain_sheet(1, 1), plain, "").headline == "You earned 1 of 1 point (100%).");
    CHECK(narrate(plain_sheet(2.5, 4), plain, "").headline == "You earned 2.5 of 4 points (63%).");
    CHECK(narrate(plain_sheet(-0.25, 4), plain, "de").headline ==
          "Sie haben −0,25 von 4 Punkten erreicht (−6\u00a0%).");
    CHECK(narrate({}, plain, "").headline == "You earned 0 of 0 points (0%).");
}

TEST_CASE("while items are pending nothing else is claimed") {
    auto sheet = plain_sheet(3, 10);
    sheet.percent.reset();
    sheet.pending = 2;
    auto said = narrate(sheet, plain, "en");
    CHECK(said.headline == "So far you have 3 of 10 points; 2 answers are still to be marked.");
    CHECK(said.sentences.back() == "2 answers are still to be marked; after that the score can change.");
    sheet.pending = 1;
    said = narrate(sheet, plain, "en");
    CHECK(said.headline == "So far you have 3 of 10 points; 1 answer is still to be marked.");
}

TEST_CASE("ability without a scale, and without bound") {
    auto sheet = plain_sheet(1, 1);
    sheet.ability = scoring::ability_estimate{.model = "2PL", .estimator = "MLE", .theta = 6, .extreme = true};
    sheet.ability->percentile = 100;
    const auto said = narrate(sheet, plain, "en");
    CHECK(said.headline == "You earned 1 of 1 point (100%).");
    CHECK(said.sentences.at(1) ==
          "Your ability is estimated at 6, where 0 is the average of the reference population.");
    CHECK(said.sentences.at(2) == "Your answers alone do not bound this estimate, so it is only the end of the scale.");
    CHECK(said.sentences.size() == 3);
}

TEST_CASE("probabilities are never told as certain") {
    auto sheet = full_sheet(full);
    sheet.ability->percentile = 99.97;
    sheet.level->probability_above = 0.0004;
    const auto said = narrate(sheet, full, "en");
    CHECK(said.sentences.at(3) == "Of the reference population, more than 99% would reach this score or a lower one.");
    CHECK(said.sentences.at(4) == "The probability that you really are at the level “Basic” or above is less than 1%.");
}

TEST_CASE("without a skill model shares are compared, and prerequisites come first") {
    auto sheet = full_sheet(full);
    for (auto& skill : sheet.skill_scores) {
        skill.theta = skill.se = skill.mastery = {};
        skill.band = scoring::skill_band::developing;
    }
    sheet.weaknesses.front().diff = -0.5;
    sheet.weaknesses.front().ci90 = {-0.8, -0.2};
    auto said = narrate(sheet, full, "en");
    CHECK(said.weaknesses.front() ==
          "In “Algebra” you earned 0 of 2 points. Compared with your other skills this is clearly lower: by 50 "
          "percentage points (90% interval 20 to 80).");
    CHECK(
        said.recommendations.front() ==
        "In “Algebra” you earned 0 of 2 points. It builds on “Numbers”, which is worth going over first. Look again at "
        "questions q3 and q4.");
    sheet.strengths.clear();
    sheet.weaknesses.clear();
    said = narrate(sheet, full, "en");
    CHECK(said.sentences.at(5) == "On the way: “Numbers”, “Algebra” and “Geometry”.");
    CHECK(said.sentences.at(6) == "No skill stands out clearly from the others.");
}

TEST_CASE("braces in texts from outside stay what they are, and long labels are cut") {
    const auto hostile = definition_of(R"({"test_id":"t","skills":[{"skill_id":"a","label":"{points}{x}<b>"},
        {"skill_id":"b","label":")" + std::string(3000, 'x') +
                                       R"("}],
        "items":[{"item_id":"{count}","correct":"B","skills":{"a":1,"b":1}}]})");
    auto sheet = plain_sheet(0, 1);
    sheet.item_scores = {{"{count}", scoring::item_outcome::incorrect, 0, 1}};
    sheet.skill_scores = {{.skill_id = "a", .label = "", .max = 1}, {.skill_id = "b", .label = "", .max = 1}};
    sheet.recommendations = {{.skill = 0, .items = {0}}, {.skill = 1}};
    const auto said = narrate(sheet, hostile, "en");
    CHECK(said.recommendations.front() ==
          "In “{points}{x}<b>” you earned 0 of 1 point. Look again at question {count}.");
    CHECK(said.recommendations.back() == "In “" + std::string(80, 'x') + "…” you earned 0 of 1 point.");
}

TEST_CASE("the language is that of the first locale in the box") {
    CHECK(report::choose_language("de", "en") == "de");
    CHECK(report::choose_language("DE_ch", "en") == "de");
    CHECK(report::choose_language("fr", "de-DE") == "de");
    CHECK(report::choose_language("fr", "") == "en");
    CHECK(report::choose_language("deutsch", "") == "en");
    CHECK(report::language_of("tlh").empty());
    CHECK(report::languages().size() == 2);
}
