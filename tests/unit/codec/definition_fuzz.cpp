#include "definition_support.hpp"
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

} // namespace

TEST_CASE("no mutation of a definition does more than be refused") {
    std::mt19937 chance(4711);
    for (const auto* name : {"tests/vectors/all-types.json", "config/tests/mathematics-20.json"}) {
        std::ifstream in(std::string(GRADESVC_SOURCE_DIR "/") + name);
        const std::string json(std::istreambuf_iterator<char>(in), {});
        REQUIRE(json.size() > 1000);
        int refused = 0;
        for (int i = 0; i < 3000; ++i) {
            const auto result = codec::decode_definition(mutated(json, chance));
            if (result) continue;
            ++refused;
            const bool told = result.error().code == domain::errc::malformed || !result.error().errors.empty();
            CHECK(told);
            CHECK(result.error().errors.size() <= domain::max_field_errors);
        }
        CHECK(refused > 1000);
    }
}
