#include "codec/text.hpp"
#include "domain/exact.hpp"
#include "gradesvc/domain/definition_limits.hpp"
#include "tools/lint.hpp"

#include <algorithm>

namespace gradesvc::tools {

namespace {

constexpr std::size_t least_items = 4;   // of a skill, for any evidence
constexpr double alike = 0.95;           // correlation
constexpr double far_above_chance = 0.1; // of a lower asymptote
constexpr double most_sds_between_nodes = 0.5;
constexpr double least_sds_covered = 4; // to either side of the prior's mean

std::string text_of(double number) {
    std::string text;
    codec::append_number(text, number);
    return text;
}

class model_linter {
public:
    model_linter(const domain::test_definition& definition, std::vector<domain::field_error>& warnings)
        : definition_(definition), warnings_(warnings) {
        for (const auto& item : definition.items) calibrated_ = calibrated_ || item.irt;
        shares_.resize(definition.skills.size());
        for (std::size_t i = 0; i < definition.items.size(); ++i)
            for (const auto& [skill, weight] : definition.items[i].skills)
                if (const auto value = domain::parse_exact(weight)) shares_[skill].push_back({i, *value});
    }

    void run() {
        grid();
        scale();
        levels();
        guessing();
        evidence();
        resources();
        prerequisites();
        twins();
    }

private:
    struct share {
        std::size_t item;
        domain::exact weight;
    };

    void warn(std::string pointer, std::string detail) { warnings_.push_back({std::move(pointer), std::move(detail)}); }
    static std::string skill_at(std::size_t index) { return "/skills/" + std::to_string(index); }
    bool estimates() const { return calibrated_ && definition_.ability.estimator != domain::ability_estimator::none; }

    void grid() {
        const auto& ability = definition_.ability;
        if (!estimates()) return;
        const double spacing = (ability.quadrature_max - ability.quadrature_min) / (ability.quadrature_points - 1);
        if (spacing > most_sds_between_nodes * ability.prior_sd)
            warn("/ability/quadrature/points", "are " + text_of(spacing) +
                                                   " apart: too coarse for a prior with standard deviation " +
                                                   text_of(ability.prior_sd));
        const double reach = least_sds_covered * ability.prior_sd;
        if (ability.quadrature_min > ability.prior_mean - reach)
            warn("/ability/quadrature/min", "is less than 4 standard deviations below the mean of the prior");
        if (ability.quadrature_max < ability.prior_mean + reach)
            warn("/ability/quadrature/max", "is less than 4 standard deviations above the mean of the prior");
    }

    void scale() {
        if (!definition_.scale || estimates()) return;
        warn("/scale", calibrated_ ? "is never used: the estimator is none" : "is never used: no item has irt");
    }

    void levels() {
        if (definition_.levels.empty()) return;
        const auto& scale = definition_.scale;
        if (!scale && estimates()) warn("/levels", "are minima of percent: there is no scale, although items have irt");
        const auto lowest = scale ? scale->min : 0.0, highest = scale ? scale->max : 100.0;
        for (const auto& level : definition_.levels) {
            const auto name = "\"" + std::string(level.label.in(definition_.locale)) + "\"";
            if (highest && level.min > *highest)
                warn("/levels",
                     name + " is never reached: its min " + text_of(level.min) + " is above " + text_of(*highest));
            if (lowest && level.min < *lowest)
                warn("/levels",
                     name + " has a min of " + text_of(level.min) + ", below the lowest score " + text_of(*lowest));
        }
    }

    void guessing() {
        for (std::size_t i = 0; i < definition_.items.size(); ++i) {
            const auto& item = definition_.items[i];
            const bool one = item.type == domain::item_type::choice && item.cardinality == domain::cardinality::single;
            if (!item.irt || !one || item.options.empty()) continue;
            const auto count = static_cast<double>(item.options.size());
            if (item.irt->c > 1 / count + far_above_chance)
                warn("/items/" + std::to_string(i) + "/irt/c",
                     "is far above chance, which is 1 of " + std::to_string(item.options.size()) + " options");
        }
    }

    // Where skills are modelled, calibrated items alone are evidence.
    void evidence() {
        const bool modelled = calibrated_ && definition_.skills.size() <= domain::limits::modelled_skills;
        for (std::size_t k = 0; k < shares_.size(); ++k) {
            const auto counted = std::count_if(shares_[k].begin(), shares_[k].end(), [&](const auto& one) {
                return !modelled || definition_.items[one.item].irt.has_value();
            });
            const auto count = static_cast<std::size_t>(counted);
            if (shares_[k].empty())
                warn(skill_at(k), "has no items");
            else if (count < least_items)
                warn(skill_at(k), "has " + std::to_string(count) + (modelled ? " calibrated" : "") +
                                      " items: with fewer than 4 there will always be insufficient evidence");
        }
    }

    void resources() {
        for (std::size_t k = 0; k < definition_.skills.size(); ++k)
            for (std::size_t i = 0; i < definition_.skills[k].resources.size(); ++i) {
                const auto& resource = definition_.skills[k].resources[i];
                if (resource.empty() || resource.starts_with("https://") || resource.starts_with("http://")) continue;
                warn(skill_at(k) + "/resources/" + std::to_string(i), "is no http or https link: it is shown as text");
            }
    }

    void prerequisites() {
        for (std::size_t k = 0; k < definition_.skills.size(); ++k) {
            const auto& needed = definition_.skills[k].prerequisites;
            for (std::size_t i = 0; i < needed.size(); ++i) {
                const auto at = skill_at(k) + "/prerequisites/" + std::to_string(i);
                const auto here = needed.begin() + static_cast<std::ptrdiff_t>(i);
                if (std::find(needed.begin(), here, needed[i]) != here)
                    warn(at, "is named twice");
                else if (shares_[needed[i]].empty())
                    warn(at, "has no items: whether it is mastered is never known");
            }
        }
    }

    bool proportional(const std::vector<share>& a, const std::vector<share>& b) const {
        if (a.empty() || a.size() != b.size()) return false;
        for (std::size_t i = 0; i < a.size(); ++i)
            if (a[i].item != b[i].item || a[i].weight * b[0].weight != b[i].weight * a[0].weight) return false;
        return true;
    }

    // Skills that no answers can tell apart, or that the model takes for one.
    void twins() {
        const auto& model = definition_.skill_model;
        for (std::size_t b = 0; b < shares_.size(); ++b)
            for (std::size_t a = 0; a < b; ++a) {
                const auto& other = definition_.skills[a].skill_id;
                if (proportional(shares_[a], shares_[b]))
                    warn(skill_at(b), "cannot be told apart from " + other + ": the same items with the same weights");
                if (model && model->correlation.size() == shares_.size() && model->correlation[b][a] >= alike)
                    warn("/skill_model/correlation/" + std::to_string(b) + "/" + std::to_string(a),
                         definition_.skills[b].skill_id + " can hardly be told apart from " + other);
            }
    }

    const domain::test_definition& definition_;
    std::vector<domain::field_error>& warnings_;
    bool calibrated_ = false;
    std::vector<std::vector<share>> shares_; // by skill, in the order of the items
};

} // namespace

void lint_models(const domain::test_definition& definition, std::vector<domain::field_error>& warnings) {
    model_linter(definition, warnings).run();
}

} // namespace gradesvc::tools
