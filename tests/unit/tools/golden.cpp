// Results have the same bytes whatever the CPU, library and build type: those of tests/vectors/golden, which script/golden
// writes.
#include "gradesvc/tools/score.hpp"
#include "support/catch.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace gradesvc;
namespace fs = std::filesystem;

namespace {

const fs::path root = GRADESVC_SOURCE_DIR;

std::vector<std::string> lines_of(std::istream& in) {
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::vector<std::string> results_of(const fs::path& test, const fs::path& submissions) {
    std::istringstream none;
    std::ostringstream out, err;
    tools::score_options options;
    options.test = test;
    options.submissions = submissions;
    options.profile = scoring::profile::full;
    options.engine_version = "golden";
    CHECK(tools::run_score(options, none, out, err) == 0);
    CHECK(err.str().empty());
    std::istringstream written(out.str());
    return lines_of(written);
}

} // namespace

TEST_CASE("results have the same bytes everywhere", "[golden]") {
    const auto golden = root / "tests/vectors/golden";
    for (const auto& [test, submissions] :
         {std::pair(root / "config/tests/lsat-6.json", golden / "lsat-6.jsonl"),
          std::pair(root / "config/tests/mathematics-20.json", golden / "mathematics-20.jsonl"),
          std::pair(root / "tests/vectors/all-types.json", root / "tests/vectors/all-types.jsonl"),
          std::pair(golden / "models.json", golden / "models.jsonl"),
          std::pair(golden / "skills.json", golden / "skills.jsonl")}) {
        std::ifstream file(golden / (submissions.stem().string() + ".results.jsonl"));
        const auto expected = lines_of(file), found = results_of(test, submissions);
        REQUIRE_FALSE(expected.empty());
        REQUIRE(found.size() == expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
            CAPTURE(test, i);
            CHECK(found[i] == expected[i]);
        }
    }
}
