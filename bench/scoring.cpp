// What the engine costs, in CPU time of one thread: a test of 50 single choices, 2PL, in each profile; from decoded
// answers to a sheet, from the bytes of a submission to the bytes of its result and, in the full profile, of its report.
// Prints a line of JSON each.
#include "codec/definition.hpp"
#include "codec/result.hpp"
#include "codec/submission_decoder.hpp"
#include "gradesvc/report/narrate.hpp"
#include "gradesvc/report/render.hpp"
#include "gradesvc/scoring/scorer.hpp"

#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

namespace {

using namespace gradesvc;

constexpr int items = 50;

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", value);
    return text;
}

std::string definition_json(int skills) {
    std::string json = R"({"test_id":"t","scale":{"slope":100,"intercept":500,"min":200,"max":800,"step":10},)"
                       R"("levels":[{"label":"Basic","min":420},{"label":"Good","min":560}],"skills":[)";
    for (int k = 0; k < skills; ++k)
        json += (k ? "," : "") + std::string(R"({"skill_id":"s)") + std::to_string(k) + "\"}";
    json += "],";
    if (skills > 0) {
        json += R"("skill_model":{"points":21,"correlation":[)";
        for (int i = 0; i < skills; ++i) {
            json += i ? ",[" : "[";
            for (int j = 0; j < skills; ++j) json += (j ? "," : "") + std::string(i == j ? "1" : "0.6");
            json += "]";
        }
        json += "]},";
    }
    json += R"("items":[)";
    for (int i = 0; i < items; ++i) {
        json += (i ? "," : "") + std::string(R"({"item_id":"item_)") + std::to_string(i) +
                R"(","options":["A","B","C","D"],"correct":")" + "ABCD"[i % 4] + R"(","irt":{"model":"2PL","a":)" +
                number(0.8 + 0.02 * (i % 20)) + R"(,"b":)" + number(-2 + 0.08 * i) + "}";
        if (skills > 0) json += R"(,"skills":{"s)" + std::to_string(i % skills) + R"(":1})";
        json += "}";
    }
    return json + "]}";
}

// Of different candidates, so that branches and caches see what they see in service.
std::vector<std::string> submissions(int count) {
    std::vector<std::string> all;
    unsigned chance = 12345;
    for (int s = 0; s < count; ++s) {
        std::string json = R"({"user_id":"u)" + std::to_string(s) + R"(","test_id":"t","answers":{)";
        for (int i = 0; i < items; ++i) {
            chance = chance * 1664525 + 1013904223;
            json += (i ? "," : "") + std::string("\"item_") + std::to_string(i) + "\":\"" +
                    "ABCD"[(static_cast<unsigned>(i) + (chance >> 30) * (chance >> 20 & 1)) % 4] + "\"";
        }
        all.push_back(json + "}}");
    }
    return all;
}

template <class F>
double microseconds(int rounds, F f) {
    for (int i = 0; i < rounds / 10 + 1; ++i) f();
    const auto start = std::clock();
    for (int i = 0; i < rounds; ++i) f();
    return 1e6 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC / rounds;
}

// One candidate after another, from the bytes of the submission to those of the result.
class pipeline {
public:
    pipeline(const scoring::scorer& scorer, scoring::profile how, const std::vector<std::string>& texts)
        : scorer_(scorer), how_(how), texts_(texts) {}

    const std::string& result() {
        const auto& submission = **decoder_.decode(texts_[next_++ % texts_.size()], codec::unknown_members::ignore);
        std::vector<domain::field_error> errors;
        scorer_.check(submission, errors);
        scorer_.score(submission, how_, sheet_);
        const auto answers_sha256 = decoder_.answers_sha256();
        domain::narrative narrative;
        if (how_ != scoring::profile::fast) narrative = report::narrate(sheet_, scorer_.definition(), "en");
        codec::result_header header{};
        header.user_id = submission.user_id;
        header.test_id = submission.test_id;
        header.profile = scoring::to_string(how_);
        header.answers_sha256 = answers_sha256;
        out_.clear();
        codec::append_result(out_, header, sheet_, scorer_.definition(), "en", narrative);
        return out_;
    }
    std::string report() { return report::report_html(result(), scorer_.definition(), "en"); }

private:
    const scoring::scorer& scorer_;
    scoring::profile how_;
    const std::vector<std::string>& texts_;
    codec::submission_decoder decoder_;
    scoring::score_sheet sheet_;
    std::string out_;
    std::size_t next_ = 0;
};

void measure(scoring::profile how, int skills, int rounds) {
    const auto json = definition_json(skills);
    const auto scorer = *scoring::scorer::compile(*codec::decode_definition(json));
    const auto texts = submissions(64);
    std::vector<codec::submission_decoder> decoders(texts.size());
    std::vector<const domain::submission*> decoded;
    for (std::size_t i = 0; i < texts.size(); ++i)
        decoded.push_back(*decoders[i].decode(texts[i], codec::unknown_members::ignore));
    scoring::score_sheet sheet;
    std::size_t next = 0;
    const double score = microseconds(rounds, [&] { scorer->score(*decoded[next++ % decoded.size()], how, sheet); });
    pipeline all(*scorer, how, texts);
    const double whole = microseconds(rounds, [&] { (void)all.result(); });
    const double compile = microseconds(20, [&] { (void)scoring::scorer::compile(*codec::decode_definition(json)); });
    std::printf(R"({"profile":"%s","skills":%d,"items":%d,"score_us":%.2f,"json_to_json_us":%.2f,"compile_us":%.0f)",
                std::string(scoring::to_string(how)).c_str(), skills, items, score, whole, compile);
    if (how == scoring::profile::full)
        std::printf(R"(,"report_us":%.2f)", microseconds(rounds, [&] { (void)all.report(); }));
    std::puts("}");
}

} // namespace

int main() {
    measure(scoring::profile::fast, 0, 100'000);
    measure(scoring::profile::standard, 3, 5'000);
    measure(scoring::profile::full, 4, 1'000);
}
