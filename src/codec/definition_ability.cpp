#include "codec/definition_parts.hpp"
#include "gradesvc/domain/definition_limits.hpp"

#include <algorithm>
#include <cmath>

namespace gradesvc::codec {

namespace limits = domain::limits;

void read_scale(object_reader& test, domain::test_definition& definition) {
    const auto member = test.take("scale");
    if (!member || member.is(json_kind::null)) return;
    object_reader json(test.errors(), member, test.at("scale"));
    domain::reporting_scale scale;
    scale.slope = json.number("slope", -limits::scale, limits::scale).value_or(1);
    scale.intercept = json.number("intercept", -limits::scale, limits::scale).value_or(0);
    scale.min = json.number("min", -limits::scale, limits::scale);
    scale.max = json.number("max", -limits::scale, limits::scale);
    scale.step = json.number("step", 0, limits::scale);
    if (std::abs(scale.slope) < limits::least_step) json.error("slope", "must not be 0, nor within 1e-6 of it");
    if (scale.step && *scale.step < limits::least_step) json.error("step", "must be at least 1e-6");
    if (scale.min && scale.max && *scale.min >= *scale.max)
        json.error("max", "must be more than min");
    else if (scale.min && scale.max && scale.step && *scale.step > *scale.max - *scale.min)
        json.error("step", "is more than there is from min to max");
    json.finish("a scale");
    definition.scale = scale;
}

namespace {

void read_prior(object_reader& ability, domain::ability_settings& settings) {
    const auto member = ability.take("prior");
    if (!member) return;
    object_reader prior(ability.errors(), member, ability.at("prior"));
    settings.prior_mean = prior.number("mean", -limits::parameter, limits::parameter).value_or(0);
    settings.prior_sd = prior.number("sd", limits::least_sd, limits::parameter).value_or(1);
    prior.finish("a prior");
}

void read_quadrature(object_reader& ability, domain::ability_settings& settings) {
    const auto member = ability.take("quadrature");
    if (!member) return;
    object_reader grid(ability.errors(), member, ability.at("quadrature"));
    settings.quadrature_min = grid.number("min", -limits::parameter, limits::parameter).value_or(-6);
    settings.quadrature_max = grid.number("max", -limits::parameter, limits::parameter).value_or(6);
    settings.quadrature_points = static_cast<int>(grid.integer("points", 2, limits::quadrature_points).value_or(61));
    if (settings.quadrature_min >= settings.quadrature_max)
        grid.error("max", "must be more than min");
    else if (settings.quadrature_max - settings.quadrature_min < settings.prior_sd)
        grid.error("max", "must be a standard deviation of the prior or more above min");
    grid.finish("a quadrature");
}

} // namespace

void read_ability(object_reader& test, domain::test_definition& definition) {
    const auto member = test.take("ability");
    if (!member) return;
    object_reader json(test.errors(), member, test.at("ability"));
    auto& settings = definition.ability;
    using domain::ability_estimator;
    json.word("estimator", settings.estimator,
              {{"EAP", ability_estimator::eap},
               {"MAP", ability_estimator::map},
               {"MLE", ability_estimator::mle},
               {"WLE", ability_estimator::wle},
               {"none", ability_estimator::none}});
    settings.d = json.number("d", limits::least_d, limits::largest_d).value_or(1);
    read_prior(json, settings);
    read_quadrature(json, settings);
    json.finish("ability");
}

namespace {

using matrix = std::vector<std::vector<double>>;

// Cholesky: all pivots are positive, and by so much that no skill follows from the others.
bool positive_definite(matrix m) {
    for (std::size_t i = 0; i < m.size(); ++i)
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = m[i][j];
            for (std::size_t k = 0; k < j; ++k) sum -= m[i][k] * m[j][k];
            if (i == j && sum < limits::least_pivot) return false;
            m[i][j] = i == j ? std::sqrt(sum) : sum / m[j][j];
        }
    return true;
}

// Reads a square matrix of the given size; empty after an error.
matrix read_matrix(error_list& errors, json_value value, const std::string& pointer, std::size_t size) {
    matrix m;
    bool good = value.is(json_kind::array) && value.size() == size;
    if (good)
        for (const auto row : value) {
            good = good && row.is(json_kind::array) && row.size() == size;
            auto& numbers = m.emplace_back();
            if (good)
                for (const auto cell : row) numbers.push_back(cell.as_double().value_or(2));
        }
    if (!good) {
        errors.add(pointer, "must have a row and a column for each of the " + std::to_string(size) + " skills");
        return {};
    }
    return m;
}

bool check_correlation(error_list& errors, const matrix& m, const std::string& pointer) {
    for (std::size_t i = 0; i < m.size(); ++i)
        for (std::size_t j = 0; j < m.size(); ++j) {
            const bool good = i == j ? m[i][j] == 1 : std::abs(m[i][j]) <= 1 && m[i][j] == m[j][i];
            if (good) continue;
            const auto at = pointer + "/" + std::to_string(i) + "/" + std::to_string(j);
            errors.add(at, i == j                      ? "must be 1"
                           : !(std::abs(m[i][j]) <= 1) ? "must be a number from -1 to 1"
                                                       : "must equal its mirror image");
            return false;
        }
    return true;
}

void check_nodes(object_reader& model, int points, std::size_t skills) {
    if (skills > limits::modelled_skills)
        return model.errors().add(model.pointer(), "goes with at most " + std::to_string(limits::modelled_skills) +
                                                       " skills; there are " + std::to_string(skills));
    std::size_t nodes = 1;
    for (std::size_t k = 0; k < skills; ++k) nodes *= static_cast<std::size_t>(points);
    if (nodes > limits::skill_nodes)
        model.error("points", std::to_string(points) + " points for " + std::to_string(skills) + " skills are " +
                                  std::to_string(nodes) + " nodes; at most " + std::to_string(limits::skill_nodes));
}

} // namespace

void read_skill_model(object_reader& test, domain::test_definition& definition) {
    const auto member = test.take("skill_model");
    if (!member || member.is(json_kind::null)) return;
    object_reader json(test.errors(), member, test.at("skill_model"));
    domain::skill_model model;
    model.points = static_cast<int>(json.integer("points", 2, limits::skill_points).value_or(21));
    if (const auto correlation = json.need("correlation")) {
        const auto at = json.at("correlation");
        model.correlation = read_matrix(test.errors(), correlation, at, definition.skills.size());
        if (check_correlation(test.errors(), model.correlation, at) && !positive_definite(model.correlation))
            test.errors().add(at, "is not positive definite, or so nearly not that skills cannot be told apart");
    }
    check_nodes(json, model.points, definition.skills.size());
    json.finish("a skill model");
    definition.skill_model = std::move(model);
}

void read_levels(object_reader& test, domain::test_definition& definition) {
    const auto list = test.take_list("levels", json_kind::array, 0, limits::levels);
    if (!list) return;
    std::size_t index = 0;
    for (const auto member : list) {
        object_reader json(test.errors(), member, test.at("levels") + "/" + std::to_string(index++));
        domain::level level;
        if (json.need("label")) level.label = json.localized("label");
        if (json.need("min")) level.min = json.number("min", -limits::scale, limits::scale).value_or(0);
        const bool repeated = std::any_of(definition.levels.begin(), definition.levels.end(),
                                          [&](const auto& other) { return other.min == level.min; });
        if (repeated && json) json.error("min", "is the min of another level");
        json.finish("a level");
        definition.levels.push_back(std::move(level));
    }
    std::stable_sort(definition.levels.begin(), definition.levels.end(),
                     [](const auto& a, const auto& b) { return a.min < b.min; });
}

namespace {

void read_difficulty(object_reader& json, domain::irt_parameters& irt) {
    const bool ordered = irt.model == domain::irt_model::grm;
    const bool several = ordered || irt.model == domain::irt_model::gpcm;
    const auto given = json.need("b");
    if (!given) return;
    if (!several) {
        if (const auto b = json.number("b", -limits::parameter, limits::parameter)) irt.b = {*b};
        return;
    }
    const auto list = json.take_list("b", json_kind::array, 1, limits::categories);
    if (!list) return;
    for (const auto member : list) {
        const auto at = json.at("b") + "/" + std::to_string(irt.b.size());
        const auto b = read_number(json.errors(), member, at, -limits::parameter, limits::parameter);
        if (b && ordered && !irt.b.empty() && *b < irt.b.back() + limits::least_threshold_gap)
            json.errors().add(at, "must be at least 0.001 more than the one before: thresholds of a GRM ascend");
        irt.b.push_back(b.value_or(0));
    }
}

} // namespace

void read_irt(object_reader& item, domain::test_item& target) {
    item.take_list("irt_se", json_kind::object, 0, limits::categories); // standard errors, of `gradesvc calibrate`
    const auto member = item.take("irt");
    if (!member || member.is(json_kind::null)) return;
    object_reader json(item.errors(), member, item.at("irt"));
    domain::irt_parameters irt;
    using domain::irt_model;
    if (json.need("model"))
        json.word("model", irt.model,
                  {{"1PL", irt_model::one_pl},
                   {"2PL", irt_model::two_pl},
                   {"3PL", irt_model::three_pl},
                   {"4PL", irt_model::four_pl},
                   {"GRM", irt_model::grm},
                   {"GPCM", irt_model::gpcm}});
    irt.a = json.number("a", -limits::parameter, limits::parameter).value_or(1);
    read_difficulty(json, irt);
    irt.c = json.number("c", 0, 1).value_or(0);
    irt.d = json.number("d", 0, 1).value_or(1);
    const bool lower = irt.model == irt_model::three_pl || irt.model == irt_model::four_pl;
    if (irt.c != 0 && !lower) json.error("c", "is a parameter of 3PL and 4PL only");
    if (irt.d != 1 && irt.model != irt_model::four_pl) json.error("d", "is a parameter of 4PL only");
    if (irt.c > irt.d - limits::least_asymptote_gap)
        json.error("c", "must be at least 0.01 less than the upper asymptote");
    if (irt.model == irt_model::grm && irt.a < limits::least_graded_a)
        json.error("a", "must be at least 0.001: the slope of a GRM is positive");
    json.finish("irt");
    target.irt = std::move(irt);
}

} // namespace gradesvc::codec
