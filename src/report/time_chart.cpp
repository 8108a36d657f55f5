#include "report/charts.hpp"

#include <algorithm>

namespace gradesvc::report {

namespace {

constexpr double top = 18, foot = 108; // of the bars
constexpr double tallest = 5;          // medians; longer times are cut, and marked

struct times {
    double longest = 0;
    std::size_t longest_item = 0;
    int rapid = 0;
};

times times_of(const document& from) {
    times found;
    for (std::size_t i = 0; i < from.remarks.size(); ++i) {
        const auto seconds = from.remarks[i].time_s.value_or(0);
        if (seconds > found.longest) {
            found.longest = seconds;
            found.longest_item = i;
        }
        found.rapid += from.remarks[i].rapid;
    }
    return found;
}

} // namespace

data time_chart(const document& from) {
    const auto& pacing = from.result.sheet.pacing;
    if (!pacing) return data(false);
    const auto& words = from.words;
    const auto found = times_of(from);
    const double highest = std::max(std::min(found.longest, tallest * pacing->median_item_s), 1e-3);
    const auto y_of = [&](double s) { return foot - std::min(s / highest, 1.0) * (foot - top); };
    const double room = (chart_width - 2 * chart_margin) / static_cast<double>(from.remarks.size());
    const double width = std::max(std::min(room * 0.75, 24.0), 0.3);
    list bars;
    for (std::size_t i = 0; i < from.remarks.size(); ++i) {
        const auto seconds = from.remarks[i].time_s;
        if (!seconds) continue;
        const double x = chart_margin + (static_cast<double>(i) + 0.5) * room, y = y_of(*seconds);
        bars.push_back(fields()
                           .text("x", coordinate(x - width / 2))
                           .text("y", coordinate(y))
                           .text("middle", coordinate(x))
                           .text("mark_y", coordinate(y - 3))
                           .text("width", coordinate(std::max(width, 0.1)))
                           .text("bar_height", coordinate(std::max(foot - y, 0.5)))
                           .flag("is_rapid", from.remarks[i].rapid)
                           .flag("is_cut", *seconds > highest * 1.001)
                           .take());
    }
    return fields()
        .text("title", words.text("chart.time"))
        .text("alt", words.say("chart.time_of",
                               {{"median", words.duration(pacing->median_item_s)},
                                {"longest", words.duration(found.longest)},
                                {"item", shortened(from.result.sheet.item_scores[found.longest_item].item_id)},
                                {"rapid", words.duration(from.rapid_s())},
                                {"count", words.number(found.rapid, 0)}}))
        .text("highest", words.duration(highest))
        .text("median_y", coordinate(y_of(pacing->median_item_s)))
        .text("median_text", coordinate(y_of(pacing->median_item_s) - 3))
        .text("rapid_y", coordinate(y_of(from.rapid_s())))
        .text("last", std::to_string(from.remarks.size()))
        .all("bars", bars)
        .take();
}

} // namespace gradesvc::report
