#include "scoring/footprint.hpp"

#include "scoring/compiled_test.hpp"

namespace gradesvc::scoring {

// Members are taken apart by structured bindings, so that a new one does not compile until it stands here too.

std::size_t heap::of(const domain::localized_text& text) { return of(text.texts); }

std::size_t heap::of(const domain::text_key& key) {
    const auto& [value, wildcard, case_sensitive, fraction] = key;
    return of_all(value, wildcard, case_sensitive, fraction);
}

std::size_t heap::of(const domain::numeric_key& key) {
    const auto& [value, type, tolerance, upper, fraction] = key;
    return of_all(value, type, tolerance, upper, fraction);
}

std::size_t heap::of(const domain::answer_key& key) {
    const auto& [options, pairs, texts, numbers] = key;
    return of_all(options, pairs, texts, numbers);
}

std::size_t heap::of(const domain::map_entry& entry) {
    const auto& [value, score] = entry;
    return of_all(value, score);
}

std::size_t heap::of(const domain::area& area) {
    const auto& [id, shape, coordinates, score] = area;
    return of_all(id, shape, coordinates, score);
}

std::size_t heap::of(const domain::rubric_criterion& criterion) {
    const auto& [id, label, max] = criterion;
    return of_all(id, label, max);
}

std::size_t heap::of(const domain::scoring_rule& rule) {
    const auto& [kind, wrong, mapping, other, lower, upper, penalty, areas, rubric] = rule;
    return of_all(kind, wrong, mapping, other, lower, upper, penalty, areas, rubric);
}

std::size_t heap::of(const domain::irt_parameters& irt) {
    const auto& [model, a, b, c, d] = irt;
    return of_all(model, a, b, c, d);
}

std::size_t heap::of(const domain::unit_rules& units) {
    const auto& [factors, required, penalty, penalty_of] = units;
    return of_all(factors, required, penalty, penalty_of);
}

std::size_t heap::of(const domain::gap& gap) {
    const auto& [id, options] = gap;
    return of_all(id, options);
}

std::size_t heap::of(const domain::skill_weight& share) {
    const auto& [skill, weight] = share;
    return of_all(skill, weight);
}

std::size_t heap::of(const domain::test_item& item) {
    const auto& [id, type, cardinality, base, options, gaps, targets, correct, rule, max, cbm, comma, units, skills,
                 irt, misconceptions] = item;
    return of_all(id, type, cardinality, base, options, gaps, targets, correct, rule, max, cbm, comma, units, skills,
                  irt, misconceptions);
}

std::size_t heap::of(const domain::skill& skill) {
    const auto& [id, label, prerequisites, cut, weight, resources] = skill;
    return of_all(id, label, prerequisites, cut, weight, resources);
}

std::size_t heap::of(const domain::skill_model& model) {
    const auto& [correlation, grid] = model;
    return of_all(correlation, grid);
}

std::size_t heap::of(const domain::level& level) {
    const auto& [label, min] = level;
    return of_all(label, min);
}

std::size_t heap::of(const domain::test_definition& test) {
    const auto& [id, title, version, locale, limit, blanks, negative, scale, ability, skills, model, levels, items] =
        test;
    return of_all(id, title, version, locale, limit, blanks, negative, scale, ability, skills, model, levels, items);
}

std::size_t heap::of(const compiled_test& test) {
    const auto& [items, skills, index, units] = test;
    std::size_t sum =
        block(items.capacity() * sizeof(compiled_item)) + block(skills.capacity() * sizeof(compiled_skill));
    for (const auto& item : items) sum += std::visit([](const auto& rule) { return rule.memory(); }, item.rule);
    for (const auto& skill : skills) sum += of(skill.shares);
    return sum + index.memory() + units.memory();
}

} // namespace gradesvc::scoring
