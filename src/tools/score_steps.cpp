#include "tools/score_steps.hpp"

#include "gradesvc/domain/definition_limits.hpp"
#include "scoring/evidence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace gradesvc::tools {

using domain::irt_model;

namespace {

constexpr std::uint16_t no_score = std::numeric_limits<std::uint16_t>::max();

std::size_t steps_of_max(double max) {
    const bool countable = max >= 1 && max <= static_cast<double>(domain::limits::categories) && std::floor(max) == max;
    return countable ? static_cast<std::size_t>(max) : 1;
}

// Shares are fractions with small denominators: what is nearer to a half than they can be is a half.
std::size_t category(double share, std::size_t steps) {
    constexpr double rounding = 1e-9;
    return static_cast<std::size_t>(std::floor(static_cast<double>(steps) * share + 0.5 + rounding));
}

std::size_t occurring_steps(const std::map<double, std::uint16_t>& codes, std::size_t most) {
    for (std::size_t steps = most; steps > 1; --steps) {
        std::vector<bool> used(steps + 1);
        for (const auto& [share, code] : codes) used[category(share, steps)] = true;
        if (std::find(used.begin(), used.end(), false) == used.end()) return steps;
    }
    return 1;
}

} // namespace

score_steps::score_steps(const domain::test_definition& definition, irt_model model)
    : definition_(definition), items_(definition.items.size()) {
    const bool several = model == irt_model::grm || model == irt_model::gpcm;
    for (std::size_t j = 0; j < items_.size(); ++j) {
        const auto& irt = definition.items[j].irt;
        items_[j].steps = !several ? 1 : irt ? irt->b.size() : 0;
    }
}

void score_steps::add(const scoring::score_sheet& sheet) {
    for (std::size_t j = 0; j < items_.size(); ++j) {
        const auto& score = sheet.item_scores[j];
        auto& item = items_[j];
        if (item.steps == 0) item.steps = steps_of_max(score.max);
        if (score.max <= 0 || scoring::is_missing(score.outcome, definition_.blank_policy)) {
            codes_.push_back(no_score);
            continue;
        }
        const double share = std::clamp(score.score / score.max, 0.0, 1.0);
        if (item.codes.size() == no_score)
            throw std::runtime_error(definition_.items[j].item_id + " has too many scores");
        codes_.push_back(item.codes.try_emplace(share, static_cast<std::uint16_t>(item.codes.size())).first->second);
    }
}

std::vector<std::size_t> score_steps::declared() const {
    std::vector<std::size_t> steps;
    for (const auto& item : items_) steps.push_back(std::max<std::size_t>(item.steps, 1));
    return steps;
}

calibration::responses score_steps::responses() const {
    calibration::responses data;
    std::vector<std::vector<std::uint8_t>> categories; // by item and code
    for (const auto& item : items_) {
        const auto steps = occurring_steps(item.codes, std::max<std::size_t>(item.steps, 1));
        data.steps.push_back(steps);
        auto& own = categories.emplace_back(item.codes.size());
        for (const auto& [share, code] : item.codes) own[code] = static_cast<std::uint8_t>(category(share, steps));
    }
    data.categories.reserve(codes_.size());
    for (std::size_t i = 0; i < codes_.size(); ++i)
        data.categories.push_back(codes_[i] == no_score ? calibration::missing
                                                        : categories[i % items_.size()][codes_[i]]);
    return data;
}

} // namespace gradesvc::tools
