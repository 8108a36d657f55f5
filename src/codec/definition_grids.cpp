#include "codec/definition_parts.hpp"
#include "gradesvc/domain/definition_limits.hpp"

namespace gradesvc::codec {

namespace limits = domain::limits;

namespace {

constexpr std::size_t usual_points = 21; // a skill, without a skill model

std::size_t categories(const domain::test_item& item) { return item.irt ? item.irt->b.size() + 1 : 0; }

void check_ability(error_list& errors, const domain::test_definition& definition) {
    const auto points = static_cast<std::size_t>(definition.ability.quadrature_points);
    std::size_t rows = 0;
    for (const auto& item : definition.items) rows += categories(item);
    if (rows * points > limits::ability_cells)
        errors.add("/ability/quadrature/points", std::to_string(points) + " points for " + std::to_string(rows) +
                                                     " response categories are " + std::to_string(rows * points) +
                                                     " numbers; at most " + std::to_string(limits::ability_cells));
}

// Each calibrated item is evaluated over the grid of the skills that it tests.
void check_skills(error_list& errors, const domain::test_definition& definition) {
    const auto& model = definition.skill_model;
    if (definition.skills.size() > limits::modelled_skills) return;
    const auto points = model ? static_cast<std::size_t>(model->points) : usual_points;
    std::size_t cells = 0;
    for (std::size_t i = 0; i < definition.items.size() && cells <= limits::skill_cells; ++i) {
        const auto& item = definition.items[i];
        if (!item.irt || item.skills.empty()) continue;
        const auto at = "/items/" + std::to_string(i) + "/skills";
        if (model && item.skills.size() > limits::skills_of_modelled_item) {
            errors.add(at, "must be at most " + std::to_string(limits::skills_of_modelled_item) +
                               " of an item with irt, where there is a skill model");
            continue;
        }
        std::size_t own = categories(item);
        for (std::size_t k = 0; k < item.skills.size(); ++k) own *= points;
        cells += own;
        if (cells > limits::skill_cells)
            errors.add(at, "the items up to here are " + std::to_string(cells) +
                               " probabilities over the skills; at most " + std::to_string(limits::skill_cells) +
                               ": items must test fewer skills, or the skill model have fewer points");
    }
}

} // namespace

void check_grids(error_list& errors, const domain::test_definition& definition) {
    check_ability(errors, definition);
    check_skills(errors, definition);
}

} // namespace gradesvc::codec
