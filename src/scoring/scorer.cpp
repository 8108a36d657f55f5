#include "gradesvc/scoring/scorer.hpp"

#include "scoring/ability_measure.hpp"
#include "scoring/compiled_test.hpp"
#include "scoring/evidence.hpp"
#include "scoring/footprint.hpp"
#include "scoring/item_points.hpp"
#include "scoring/pacing.hpp"
#include "scoring/skill_measure.hpp"

#include <algorithm>
#include <array>

namespace gradesvc::scoring {

std::string_view to_string(item_outcome outcome) {
    static constexpr std::array<std::string_view, 6> words = {"correct", "partial",     "incorrect",
                                                              "blank",   "not_reached", "pending"};
    return words.at(static_cast<std::size_t>(outcome));
}

std::string_view to_string(skill_band band) {
    static constexpr std::array<std::string_view, 4> words = {"strong", "developing", "weak", "insufficient_evidence"};
    return words.at(static_cast<std::size_t>(band));
}

std::string_view to_string(profile how) {
    static constexpr std::array<std::string_view, 3> words = {"fast", "standard", "full"};
    return words.at(static_cast<std::size_t>(how));
}

struct scorer::impl {
    domain::test_definition definition;
    compiled_test test = {};
    std::optional<ability_measure> ability = {};
    std::optional<skill_measure> skills = {};
};

scorer::scorer(std::unique_ptr<const impl> built) : impl_(std::move(built)) {}
scorer::~scorer() = default;

const domain::test_definition& scorer::definition() const { return impl_->definition; }

domain::outcome<std::shared_ptr<const scorer>> scorer::compile(domain::test_definition definition) {
    auto built = std::make_unique<impl>(impl{std::move(definition)});
    auto errors = compile_test(built->definition, built->test);
    if (!errors.empty())
        return domain::refusal{domain::errc::validation, "the test is beyond this engine", std::move(errors)};
    built->ability.emplace(built->definition);
    built->skills.emplace(built->definition, built->test);
    return std::shared_ptr<const scorer>(new scorer(std::move(built)));
}

namespace {

// Positions of items, quick when answers come in the order of the definition.
class item_cursor {
public:
    explicit item_cursor(const compiled_test& test) : test_(test) {}

    std::uint32_t find(std::string_view id) {
        const auto found =
            next_ < test_.items.size() && test_.items[next_].id == id ? next_ : test_.index.find(test_.items, id);
        next_ = found + 1; // item_index::none + 1 = 0
        return found;
    }

private:
    const compiled_test& test_;
    std::uint32_t next_ = 0;
};

void check_answer(const compiled_item& item, const domain::given_answer& answer,
                  std::vector<domain::field_error>& errors) {
    if (answer.value.what == domain::answer_value::kind::blank) return;
    const auto fault = item.check(answer.value);
    if (!fault) return;
    auto pointer = domain::pointer_join("/answers", answer.item_id);
    if (answer.wrapped) pointer += "/value";
    if (fault.member) pointer += "/" + std::to_string(*fault.member);
    if (fault.end) pointer += "/" + std::to_string(*fault.end);
    errors.push_back({std::move(pointer), std::string(fault.why)});
}

// The language of what the candidate reads.
std::string_view locale_of(const domain::test_definition& definition, const domain::submission& submission) {
    return submission.locale.value_or(definition.locale);
}

// Certainty-based marking: a right answer counts 1, 2 or 3 times, a wrong one costs 0, 2 or 6 marks.
points certain(points value, points full, int certainty) {
    static constexpr std::array<points, 3> costs = {0, 2, 6};
    const auto level = static_cast<std::size_t>(std::clamp(certainty, 1, 3));
    return value > 0 ? value * static_cast<points>(level) : -costs[level - 1] * full;
}

void clear(const compiled_test& test, score_sheet& sheet, item_points& gained) {
    const auto count = test.items.size();
    sheet.item_scores.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        sheet.item_scores[i] = {test.items[i].id, item_outcome::blank, 0, test.items[i].max};
        gained.earned[i] = gained.marked[i] = 0;
    }
    sheet.items = static_cast<int>(count);
    sheet.answered = 0;
    sheet.pending = 0;
}

void score_answers(const compiled_test& test, const domain::test_definition& definition,
                   const domain::submission& submission, score_sheet& sheet, item_points& gained) {
    item_cursor cursor(test);
    pacing_tally pacing(sheet, test.items.size());
    const auto locale = locale_of(definition, submission);
    for (const auto& answer : submission.answers) {
        const auto index = cursor.find(answer.item_id);
        if (index != item_index::none) pacing.add(index, answer);
        if (index == item_index::none || answer.value.what == domain::answer_value::kind::blank) continue;
        const auto& item = test.items[index];
        const mark by_rule = item.score(answer.value);
        const bool pending = by_rule.outcome == item_outcome::pending;
        gained.earned[index] = by_rule.value;
        gained.marked[index] =
            item.cbm && !pending ? certain(by_rule.value, item.full, answer.certainty.value_or(1)) : by_rule.value;
        auto& line = sheet.item_scores[index];
        line.outcome = by_rule.outcome;
        if (by_rule.misconception) line.misconception = by_rule.misconception->in(locale);
        line.score = test.units.number(gained.marked[index]);
        ++sheet.answered;
        sheet.pending += pending ? 1 : 0;
    }
    pacing.finish(definition);
}

// Blanks after the last answer were never seen.
void mark_not_reached(score_sheet& sheet) {
    for (auto line = sheet.item_scores.rbegin(); line != sheet.item_scores.rend(); ++line) {
        if (line->outcome != item_outcome::blank) return;
        line->outcome = item_outcome::not_reached;
    }
}

// Both in the same units, so that the quotient is rounded once.
std::optional<double> percent_of(points part, points whole) {
    if (whole <= 0) return std::nullopt;
    return std::clamp(100.0 * static_cast<double>(part) / static_cast<double>(whole), 0.0, 100.0);
}

void sum_total(const compiled_test& test, bool negative_total, score_sheet& sheet, const item_points& gained) {
    points raw = 0, max = 0;
    for (std::size_t i = 0; i < test.items.size(); ++i) {
        raw += gained.marked[i];
        max += test.items[i].full * (test.items[i].cbm ? 3 : 1);
    }
    if (!negative_total) raw = std::max<points>(raw, 0);
    sheet.raw = test.units.number(raw);
    sheet.max = test.units.number(max);
    sheet.percent = sheet.pending > 0 ? std::nullopt : percent_of(raw, max);
}

void sum_skills(const compiled_test& test, domain::blank_policy policy, std::string_view locale, score_sheet& sheet,
                const item_points& gained, skill_shares& shares) {
    sheet.skill_scores.resize(test.skills.size());
    for (std::size_t k = 0; k < test.skills.size(); ++k) {
        const auto& skill = test.skills[k];
        points sum = 0, max = 0, earned = 0, full = 0;
        int items = 0;
        for (const auto& share : skill.shares) {
            if (is_missing(sheet.item_scores[share.item].outcome, policy)) continue;
            const auto& item = test.items[share.item];
            sum += share.weight * gained.marked[share.item];
            max += share.weight * item.full * (item.cbm ? 3 : 1);
            earned += share.weight * std::clamp<points>(gained.earned[share.item], 0, item.full);
            full += share.weight * item.full;
            ++items;
        }
        shares[k] = full > 0 ? static_cast<double>(earned) / static_cast<double>(full) : 0;
        const double divisor = test.units.divisor() * skill.divisor;
        auto& line = sheet.skill_scores[k] = {skill.id, skill.label->in(locale), items};
        line.points = static_cast<double>(sum) / divisor;
        line.max = static_cast<double>(max) / divisor;
        line.percent = percent_of(sum, max);
    }
}

void forget_findings(score_sheet& sheet) {
    sheet.strengths.clear();
    sheet.weaknesses.clear();
    sheet.recommendations.clear();
}

} // namespace

void scorer::check(const domain::submission& submission, std::vector<domain::field_error>& errors) const {
    const auto& test = impl_->test;
    item_cursor cursor(test);
    for (const auto& answer : submission.answers) {
        if (errors.size() >= domain::max_field_errors) return;
        const auto index = cursor.find(answer.item_id);
        if (index == item_index::none)
            errors.push_back({domain::pointer_join("/answers", answer.item_id), "is not an item of this test"});
        else
            check_answer(test.items[index], answer, errors);
    }
}

void scorer::score(const domain::submission& submission, profile how, score_sheet& sheet) const {
    const auto& test = impl_->test;
    const auto policy = impl_->definition.blank_policy;
    item_points gained; // NOLINT: as many as there are items are set
    clear(test, sheet, gained);
    score_answers(test, impl_->definition, submission, sheet, gained);
    if (policy == domain::blank_policy::trailing_missing) mark_not_reached(sheet);
    sum_total(test, impl_->definition.negative_total, sheet, gained);
    skill_shares shares; // NOLINT: as many as there are skills are set
    sum_skills(test, policy, locale_of(impl_->definition, submission), sheet, gained, shares);
    item_responses responses; // NOLINT: as many as there are items are set
    set_responses(test, impl_->definition, sheet, gained, responses);
    impl_->ability->measure(responses, how, sheet);
    if (how == profile::fast)
        forget_findings(sheet);
    else
        impl_->skills->measure(responses, shares, sheet);
}

std::optional<test_properties> scorer::properties() const { return impl_->ability->properties(); }

std::size_t scorer::memory() const {
    constexpr auto owners = block(sizeof(scorer)) + block(4 * sizeof(void*)) + block(sizeof(impl)); // 4: of shared_ptr
    return owners + heap::of_all(impl_->definition, impl_->test, impl_->ability, impl_->skills);
}

} // namespace gradesvc::scoring
