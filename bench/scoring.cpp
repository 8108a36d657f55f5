// What the engine costs: decoding and compiling a test of 20 choices, and scoring one submission of it.
#include "codec/definition.hpp"
#include "gradesvc/scoring/scorer.hpp"

#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

namespace {

using namespace gradesvc;

std::string choices(int count) {
    std::string json = R"({"test_id":"t","skills":[{"skill_id":"a"},{"skill_id":"b"}],"items":[)";
    for (int i = 0; i < count; ++i) {
        json += i == 0 ? "" : ",";
        json += R"({"item_id":"item_)" + std::to_string(i) + R"(","options":["A","B","C","D"],"correct":")" +
                "ABCD"[i % 4] + R"(","rule":{"kind":"match_correct","wrong_score":"-1/3"},"skills":{")" + "ab"[i % 2] +
                R"(":1},"misconceptions":{")" + "BCDA"[i % 4] + R"(":"slip"}})";
    }
    return json + "]}";
}

// Of CPU time, so that neighbours on the machine do not count.
template <class F>
double microseconds(int rounds, F f) {
    const auto start = std::clock();
    for (int i = 0; i < rounds; ++i) f();
    return 1e6 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC / rounds;
}

} // namespace

int main() {
    for (const int count : {5, 20, 90}) {
        const auto json = choices(count);
        const auto definition = codec::decode_definition(json);
        const auto scorer = scoring::scorer::compile(*definition);
        std::vector<std::string> ids;
        for (int i = 0; i < count; ++i) ids.push_back("item_" + std::to_string(i));
        std::vector<domain::given_answer> answers;
        for (int i = 0; i < count; ++i)
            answers.push_back({ids[static_cast<std::size_t>(i)],
                               {domain::answer_value::kind::text, std::string_view("ABCD").substr(i * 7 % 4, 1)}});
        domain::submission submission{};
        scoring::score_sheet sheet;
        double sum = 0;
        const auto score = [&] {
            submission.answers = answers;
            (*scorer)->score(submission, scoring::profile::standard, sheet);
            sum += sheet.raw;
        };
        const double in_order = microseconds(200'000, score);
        std::vector<domain::field_error> errors;
        const double checked = microseconds(200'000, [&] { (*scorer)->check(submission, errors); });
        std::vector<domain::given_answer> backwards(answers.rbegin(), answers.rend());
        answers = backwards;
        const double reversed = microseconds(200'000, score);
        const double decoded = microseconds(200, [&] { sum += codec::decode_definition(json).has_value(); });
        const double compiled = microseconds(200, [&] { sum += scoring::scorer::compile(*definition).has_value(); });
        std::printf("%3d items: score %.2f us (answers backwards %.2f), check %.2f us, decode %.0f us, compile %.0f us"
                    " [%g]\n",
                    count, in_order, reversed, checked, decoded, compiled, sum);
    }
}
