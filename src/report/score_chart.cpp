#include "report/charts.hpp"

#include <algorithm>
#include <cmath>

namespace gradesvc::report {

namespace {

constexpr double label_room = 34; // units that the number under a cut takes
constexpr double usual_sds = 4;   // of the population on an axis that has no bounds of its own

struct score_scale {
    double low = 0, high = 100, score = 0;
    std::optional<scoring::interval> range = {};
    std::string shown = {};
};

score_scale scale_of(const document& from) {
    const auto& sheet = from.result.sheet;
    const auto& prior = from.definition.ability;
    const auto& scale = from.definition.scale;
    score_scale found;
    if (scale && sheet.ability && sheet.ability->scaled) {
        const double reach = usual_sds * prior.prior_sd * std::fabs(scale->slope),
                     middle = scale->slope * prior.prior_mean + scale->intercept;
        found.low = scale->min.value_or(middle - reach);
        found.high = scale->max.value_or(middle + reach);
        found.score = *sheet.ability->scaled;
        found.shown = from.words.number(found.score);
        found.range = sheet.ability->ci95;
    } else {
        found.score = sheet.percent.value_or(sheet.max > 0 ? 100 * sheet.raw / sheet.max : 0);
        found.shown = from.words.percent(found.score);
    }
    return found;
}

std::string anchor(double x) { return x < 60 ? "start" : x > chart_width - 60 ? "end" : "middle"; }

list cuts_of(const document& from, const axis& along) {
    list cuts;
    double last = -chart_width;
    for (const auto& level : from.definition.levels) {
        const double x = along.at(level.min);
        const bool room =
            x - last >= label_room && x > chart_margin + label_room && x < chart_width - chart_margin - label_room;
        if (room) last = x;
        cuts.push_back(fields()
                           .text("x", coordinate(x))
                           .text("cut_label", room ? from.words.number(level.min) : std::string())
                           .take());
    }
    return cuts;
}

std::string in_words(const document& from, const score_scale& scale) {
    const auto& words = from.words;
    std::string text =
        words.say("chart.score_of",
                  {{"score", scale.shown}, {"low", words.number(scale.low)}, {"high", words.number(scale.high)}});
    if (scale.range)
        text += " " + words.say("chart.score_range", {{"range", words.range(scale.range->low, scale.range->high)}});
    return text;
}

std::string levels_in_words(const document& from) {
    std::vector<std::string> levels;
    for (std::size_t i = 0; i < from.definition.levels.size(); ++i) levels.push_back(from.level_from(i));
    return levels.empty() ? "" : " " + from.words.say("chart.score_levels", {{"levels", from.words.list(levels)}});
}

} // namespace

std::string coordinate(double value) {
    const auto tenths = static_cast<std::int64_t>(std::floor(value * 10 + 0.5));
    std::string text = std::to_string(tenths / 10);
    if (tenths % 10 != 0) text += "." + std::to_string(std::abs(tenths % 10));
    return tenths < 0 && tenths > -10 ? "-" + text : text;
}

data score_chart(const document& from) {
    const auto scale = scale_of(from);
    const axis along(scale.low, scale.high);
    const double x = along.at(scale.score);
    fields chart;
    const auto caption = in_words(from, scale);
    chart.text("alt", caption + levels_in_words(from))
        .text("caption", caption)
        .text("title", from.words.text("chart.score"))
        .text("score_x", coordinate(x))
        .text("score_label", scale.shown)
        .text("score_anchor", anchor(x))
        .text("low_label", from.words.number(scale.low))
        .text("high_label", from.words.number(scale.high))
        .all("cuts", cuts_of(from, along))
        .flag("range", scale.range.has_value());
    if (scale.range) {
        const double from_x = along.at(scale.range->low), to_x = along.at(scale.range->high);
        chart.text("range_x", coordinate(from_x))
            .text("range_end", coordinate(to_x))
            .text("range_width", coordinate(to_x - from_x));
    }
    return chart.take();
}

} // namespace gradesvc::report
