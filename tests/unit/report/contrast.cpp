// The colours of the page against WCAG 2.2: 4.5 for text, 3 for what a picture needs to be understood.
#include "support/catch.hpp"
#include "web_files.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace {

using palette = std::map<std::string, std::string>;

// The colours of each :root block: light, dark, print.
std::vector<palette> palettes() {
    std::string_view css;
    for (const auto& file : gradesvc::web_files)
        if (file.name == "report/style.css") css = file.text;
    std::vector<palette> found;
    for (std::size_t at = 0; (at = css.find(":root {", at)) != css.npos; ++at) {
        auto block = css.substr(at, css.find('}', at) - at);
        palette colours;
        for (std::size_t name; (name = block.find("--")) != block.npos;) {
            const auto colon = block.find(": #", name);
            colours[std::string(block.substr(name + 2, colon - name - 2))] = std::string(block.substr(colon + 3, 6));
            block.remove_prefix(colon + 9);
        }
        found.push_back(std::move(colours));
    }
    return found;
}

double luminance(const std::string& hex) {
    constexpr std::array<double, 3> weights{0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (std::size_t i = 0; i < 3; ++i) {
        const double c = std::stoi(hex.substr(2 * i, 2), nullptr, 16) / 255.0;
        sum += weights[i] * (c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

double contrast(const std::string& a, const std::string& b) {
    const auto [low, high] = std::minmax({luminance(a), luminance(b)});
    return (high + 0.05) / (low + 0.05);
}

} // namespace

TEST_CASE("texts and pictures can be told from what is behind them") {
    const auto all = palettes();
    REQUIRE(all.size() == 3);
    CHECK(all[0] == all[2]); // print is light
    for (const auto& colours : all) {
        for (const auto* text : {"ink", "muted", "accent", "good", "bad", "warn"})
            for (const auto* behind : {"page", "raised"}) {
                CAPTURE(text, behind);
                CHECK(contrast(colours.at(text), colours.at(behind)) >= 4.5);
            }
        using pair = std::pair<const char*, const char*>;
        for (const auto& [mark, behind] : {pair{"accent", "track"}, pair{"ink", "range"}, pair{"ink", "track"},
                                           pair{"accent", "page"}, pair{"good", "page"}, pair{"bad", "page"}}) {
            CAPTURE(mark, behind);
            CHECK(contrast(colours.at(mark), colours.at(behind)) >= 3);
        }
    }
}
