#include "scoring/pacing.hpp"

#include <algorithm>

namespace gradesvc::scoring {

namespace {

double median_of(std::vector<double>& times) {
    std::sort(times.begin(), times.end());
    const auto half = times.size() / 2;
    return times.size() % 2 == 1 ? times[half] : (times[half - 1] + times[half]) / 2;
}

} // namespace

void pacing_tally::add(std::uint32_t item, const domain::given_answer& answer) {
    if (!answer.time_ms) return;
    if (!any_) {
        if (!sheet_.pacing) sheet_.pacing.emplace();
        sheet_.pacing->item_s.assign(items_, std::nullopt);
        any_ = true;
    }
    sheet_.pacing->item_s[item] = static_cast<double>(*answer.time_ms) / 1000;
}

void pacing_tally::finish(const domain::test_definition& definition) {
    if (!any_) {
        sheet_.pacing.reset();
        return;
    }
    auto& pacing = *sheet_.pacing;
    std::vector<double> times;
    double total = 0;
    for (const auto& seconds : pacing.item_s)
        if (seconds) total += times.emplace_back(*seconds);
    pacing.total_s = total;
    pacing.limit_s.reset();
    if (definition.time_limit_s) pacing.limit_s = static_cast<double>(*definition.time_limit_s);
    pacing.median_item_s = median_of(times);
    const auto quick = std::count_if(times.begin(), times.end(), [&](double s) { return s < pacing.rapid_s(); });
    pacing.rapid_share = static_cast<double>(quick) / static_cast<double>(times.size());
    const auto reached = [](const item_score& item) {
        return item.outcome != item_outcome::blank && item.outcome != item_outcome::not_reached;
    };
    const auto last = std::find_if(sheet_.item_scores.rbegin(), sheet_.item_scores.rend(), reached);
    pacing.not_reached = static_cast<int>(last - sheet_.item_scores.rbegin());
}

} // namespace gradesvc::scoring
