#include "codec/definition.hpp"
#include "gradesvc/scoring/scorer.hpp"
#include "support/catch.hpp"

#include <fstream>
#include <iterator>
#include <random>

using namespace gradesvc;

namespace {

// Changes some bytes: drops, doubles, swaps with a piece from elsewhere.
std::string mutated(std::string json, std::mt19937& chance) {
    for (unsigned i = 0, n = 1 + static_cast<unsigned>(chance()) % 4; i < n; ++i) {
        const std::size_t at = chance() % json.size();
        const std::size_t length = 1 + chance() % 12;
        switch (chance() % 4) {
        case 0: json.erase(at, length); break;
        case 1: json.insert(at, json.substr(chance() % json.size(), length)); break;
        case 2: json[at] = "{}[],:\"0123456789eE-+.abc"[chance() % 25]; break;
        default: json.replace(at, length, json.substr(chance() % json.size(), length));
        }
        if (json.empty()) json = "{}";
    }
    return json;
}

// Decodes, compiles and scores; true when the definition was good for all of that.
bool survives(const std::string& json) {
    auto definition = codec::decode_definition(json);
    if (!definition) {
        const auto& why = definition.error();
        const bool told = why.code == domain::errc::malformed || !why.errors.empty();
        CHECK(told);
        CHECK(why.errors.size() <= domain::max_field_errors);
        return false;
    }
    auto scorer = scoring::scorer::compile(*std::move(definition));
    if (!scorer) return false;
    std::vector<domain::given_answer> answers;
    for (const auto& item : (*scorer)->definition().items)
        answers.push_back({item.item_id, {domain::answer_value::kind::text, "12.5 cm"}});
    domain::submission submission{};
    submission.answers = answers;
    scoring::score_sheet sheet;
    (*scorer)->score(submission, scoring::profile::full, sheet);
    CHECK(sheet.raw <= sheet.max);
    return true;
}

} // namespace

TEST_CASE("no mutation of a definition does more than be refused") {
    std::mt19937 chance(4711);
    int good = 0, refused = 0;
    for (const auto* name : {"tests/vectors/all-types.json", "config/tests/mathematics-20.json"}) {
        std::ifstream in(std::string(GRADESVC_SOURCE_DIR "/") + name);
        const std::string json(std::istreambuf_iterator<char>(in), {});
        REQUIRE(json.size() > 1000);
        for (int i = 0; i < 2000; ++i) ++(survives(mutated(json, chance)) ? good : refused);
    }
    CHECK(good > 50);
    CHECK(refused > 1000);
}
