#include "report/phrasebook.hpp"

#include "gradesvc/report/language.hpp"
#include "support/catch.hpp"

#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>

using namespace gradesvc::report;

namespace {

std::set<std::string> placeholders(const std::string& text) {
    std::set<std::string> found;
    for (std::size_t open = 0; (open = text.find('{', open)) != text.npos; ++open)
        found.insert(text.substr(open, text.find('}', open) - open + 1));
    return found;
}

// All that may name a key: the sources of the room and the templates.
std::string everything() {
    std::ostringstream all;
    const std::filesystem::path root = GRADESVC_SOURCE_DIR;
    for (const auto& folder : {root / "src/report", root / "web/report"})
        for (const auto& entry : std::filesystem::directory_iterator(folder))
            all << std::ifstream(entry.path()).rdbuf();
    return all.str();
}

} // namespace

TEST_CASE("all languages have the same keys and placeholders") {
    const auto& english = phrasebook_of("en");
    for (const auto& language : languages()) {
        const auto& other = phrasebook_of(language);
        CAPTURE(language);
        REQUIRE(other.phrases().size() == english.phrases().size());
        for (std::size_t i = 0; i < english.phrases().size(); ++i) {
            const auto& a = english.phrases()[i];
            const auto& b = other.phrases()[i];
            CAPTURE(a.key);
            CHECK(a.key == b.key);
            CHECK(placeholders(a.other) == placeholders(b.other));
            const auto all = placeholders(b.other);
            for (const auto& name : placeholders(b.one)) CHECK(all.count(name) == 1);
            CHECK_FALSE(b.other.empty());
        }
    }
}

TEST_CASE("no key is unused") {
    const auto used = everything();
    for (const auto& one : phrasebook_of("en").phrases()) {
        CAPTURE(one.key);
        const auto dot = std::min(one.key.find('.'), one.key.size());
        const auto family = one.key.substr(0, dot), name = one.key.substr(dot);
        const bool whole = used.find('"' + one.key + '"') != used.npos;
        const bool in_parts = dot < one.key.size() && (used.find('"' + name + '"') != used.npos ||
                                                       used.find('"' + family + ".\"") != used.npos);
        const bool on_page = family == "page" && used.find("{{t" + name + "}}") != used.npos;
        CHECK((family == "page" ? whole || on_page : whole || in_parts));
    }
}

TEST_CASE("a catalogue that is none is refused") {
    for (const auto* json : {"[", R"({"a":1})", R"({"a":{"one":"x"}})"})
        CHECK_THROWS_AS(phrasebook("xx", json), std::invalid_argument);
    CHECK_THROWS_AS(phrasebook_of("xx"), std::out_of_range);
    const phrasebook small("xx", R"({"a":"{x} and {y}"})");
    CHECK(small.say("a", {{"x", "{y}"}, {"y", "2"}}) == "{y} and 2");
    CHECK_THROWS_AS(small.say("a", {{"x", "1"}}), std::out_of_range);
    CHECK_THROWS_AS(small.say("b", {}), std::out_of_range);
}

TEST_CASE("numbers are written by own rules") {
    const auto& en = phrasebook_of("en");
    const auto& de = phrasebook_of("de");
    CHECK(en.number(0) == "0");
    CHECK(en.number(-0.001) == "0");
    CHECK(en.number(2.5, 0) == "3");
    CHECK(en.number(-2.5, 0) == "−3");
    CHECK(en.number(1.005) == "1");
    CHECK(en.number(0.05) == "0.05");
    CHECK(de.number(-1234.5) == "−1234,5");
    CHECK(de.number(0.999) == "1");
    CHECK(en.number(1e12) == "1000000000000");
    CHECK(en.number(1e300) == "1e+300");
    CHECK(en.number(std::numeric_limits<double>::quiet_NaN()) == "nan");
    CHECK(de.percent(62.5) == "63\u00a0%");
    CHECK(en.probability(0.994) == "more than 99%");
    CHECK(de.probability(0) == "weniger als 1\u00a0%");
    CHECK(en.range(-1, 1.25) == "−1 to 1.25");
}

TEST_CASE("durations, lists, long texts") {
    const auto& en = phrasebook_of("en");
    CHECK(en.duration(3.24) == "3.2\u00a0s");
    CHECK(en.duration(59.6) == "60\u00a0s");
    CHECK(en.duration(100) == "1\u00a0min 40\u00a0s");
    CHECK(en.duration(3599.7) == "1\u00a0h 0\u00a0min");
    CHECK(en.list({}).empty());
    CHECK(en.list({"a"}) == "a");
    CHECK(en.list({"a", "b", "c"}) == "a, b and c");
    CHECK(shortened("kurz") == "kurz");
    std::string umlauts, cut;
    for (int i = 0; i < 81; ++i) umlauts += "ü";
    for (int i = 0; i < 80; ++i) cut += "ü";
    CHECK(shortened(umlauts) == cut + "…");
    CHECK(shortened(cut) == cut);
}
