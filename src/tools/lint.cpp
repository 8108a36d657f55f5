#include "tools/lint.hpp"

#include "domain/exact.hpp"

#include <algorithm>

namespace gradesvc::tools {

using domain::field_error;
using domain::test_item;
using domain::tolerance_type;

namespace {

class linter {
public:
    explicit linter(const domain::test_definition& definition) : definition_(definition) {}

    std::vector<field_error> run() {
        for (std::size_t i = 0; i < definition_.items.size(); ++i) {
            pointer_ = "/items/" + std::to_string(i);
            const auto& item = definition_.items[i];
            options(item);
            misconceptions(item);
            texts(item);
            numbers(item);
            parameters(item);
        }
        skills();
        return std::move(warnings_);
    }

private:
    void warn(std::string pointer, std::string detail) { warnings_.push_back({std::move(pointer), std::move(detail)}); }

    void options(const test_item& item) {
        if (item.options.size() == 1) warn(pointer_ + "/options", "there is nothing to choose from");
    }

    void misconceptions(const test_item& item) {
        if (item.misconceptions.empty()) return;
        const auto& correct = item.correct.options;
        const auto has = [&](const std::string& option) {
            return std::any_of(item.misconceptions.begin(), item.misconceptions.end(),
                               [&](const auto& entry) { return entry.first == option; });
        };
        for (std::size_t i = 0; i < item.options.size(); ++i) {
            const auto& option = item.options[i];
            const bool right = std::find(correct.begin(), correct.end(), option) != correct.end();
            const auto at = pointer_ + "/options/" + std::to_string(i);
            if (right && has(option))
                warn(at, "is correct, so its misconception is never told");
            else if (!right && !has(option))
                warn(at, "is a distractor without a misconception, while others of this item have one");
        }
    }

    void texts(const test_item& item) {
        const auto& keys = item.correct.texts;
        for (std::size_t i = 0; i + 1 < keys.size(); ++i)
            if (keys[i].wildcard && keys[i].value == "*")
                warn(pointer_ + "/correct/" + std::to_string(i), "matches everything: no entry after it ever counts");
    }

    void numbers(const test_item& item) {
        const auto& keys = item.correct.numbers;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const auto type = keys[i].type;
            const bool proportional = type == tolerance_type::relative || type == tolerance_type::percent ||
                                      type == tolerance_type::geometric;
            if (proportional && domain::parse_exact(keys[i].value) == domain::exact(0))
                warn(pointer_ + "/correct/" + std::to_string(i) + "/tol",
                     "is a share of zero: only zero itself is accepted");
        }
    }

    void parameters(const test_item& item) {
        if (item.irt && item.irt->a <= 0)
            warn(pointer_ + "/irt/a", "is not positive: better candidates would do worse on this item");
    }

    void skills() {
        std::vector<bool> used(definition_.skills.size());
        for (const auto& item : definition_.items)
            for (const auto& share : item.skills) used[share.skill] = true;
        for (std::size_t i = 0; i < used.size(); ++i)
            if (!used[i]) warn("/skills/" + std::to_string(i), "has no items");
    }

    const domain::test_definition& definition_;
    std::string pointer_;
    std::vector<field_error> warnings_;
};

} // namespace

std::vector<field_error> lint(const domain::test_definition& definition) { return linter(definition).run(); }

} // namespace gradesvc::tools
