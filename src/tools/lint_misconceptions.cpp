#include "domain/exact.hpp"
#include "tools/lint.hpp"

#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace gradesvc::tools {

using domain::item_type;
using domain::test_item;

namespace {

// In how many ways an option can be chosen: once, or with each gap or target.
struct ways {
    std::size_t all = 0;
    std::size_t correct = 0; // named by `correct`
    std::size_t mapped = 0;  // named by the mapping
    std::size_t earning = 0; // of these: for points
};

bool is_positive(const domain::exact_text& score) {
    const auto value = domain::parse_exact(score);
    return value && *value > 0;
}

class misconceptions_linter {
public:
    misconceptions_linter(const test_item& item, std::vector<domain::field_error>& warnings)
        : others_earn_(item.rule.mapping && is_positive(item.rule.default_score)), warnings_(warnings) {
        for (const auto& entry : item.misconceptions) explained_.insert(entry.first);
        count_key(item);
    }

    void options(const test_item& item, const std::string& pointer) {
        const std::size_t all = item.type == item_type::choice ? 1 : item.gaps.size() + item.targets.size();
        for (std::size_t i = 0; i < item.options.size(); ++i) {
            auto& option = at(item.options[i]);
            option.all = all;
            judge(pointer + "/options/" + std::to_string(i), item.options[i], option, option);
        }
    }

    // Of an inline choice. One misconception holds wherever the option stands.
    void gaps(const test_item& item, const std::string& pointer) {
        for (const auto& gap : item.gaps)
            for (const auto& option : gap.options) {
                at(option, gap.gap_id).all = 1;
                ++at(option).all;
            }
        for (const auto& gap : item.gaps)
            for (std::size_t i = 0; i < gap.options.size(); ++i)
                judge(domain::pointer_join(pointer + "/gaps", gap.gap_id) + "/" + std::to_string(i), gap.options[i],
                      at(gap.options[i], gap.gap_id), at(gap.options[i]));
    }

private:
    // Without a target: with any.
    ways& at(std::string_view option, std::string_view target = {}) { return ways_[{option, target}]; }

    void count_key(const test_item& item) {
        for (const auto& option : item.correct.options) ++at(option).correct;
        for (const auto& [source, target] : item.correct.pairs) {
            ++at(source).correct;
            ++at(source, target).correct;
        }
        if (!item.rule.mapping) return;
        for (const auto& entry : *item.rule.mapping) {
            const std::size_t earning = is_positive(entry.score) ? 1 : 0;
            const auto count = [&](ways& of) {
                ++of.mapped;
                of.earning += earning;
            };
            count(at(entry.value.front()));
            if (entry.value.size() == 2) count(at(entry.value[0], entry.value[1]));
        }
    }

    // `here`: the ways to choose the option at this place; `anywhere`: in the whole item.
    void judge(std::string pointer, std::string_view option, const ways& here, const ways& anywhere) {
        const bool right = here.correct > 0 || here.earning > 0 || (others_earn_ && here.mapped < here.all);
        const bool explained = explained_.contains(option);
        if (explained && anywhere.correct > 0 && anywhere.correct == anywhere.all)
            warnings_.push_back({std::move(pointer), "is correct, so its misconception is never told"});
        else if (!explained && !right)
            warnings_.push_back(
                {std::move(pointer), "is a distractor without a misconception, while others of this item have one"});
    }

    bool others_earn_;
    std::vector<domain::field_error>& warnings_;
    std::set<std::string_view> explained_;
    std::map<std::pair<std::string_view, std::string_view>, ways> ways_; // by option and target
};

} // namespace

void lint_misconceptions(const test_item& item, const std::string& pointer,
                         std::vector<domain::field_error>& warnings) {
    if (item.misconceptions.empty()) return;
    misconceptions_linter linter(item, warnings);
    item.type == item_type::inline_choice ? linter.gaps(item, pointer) : linter.options(item, pointer);
}

} // namespace gradesvc::tools
