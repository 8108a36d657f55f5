#include "report/charts.hpp"

#include <algorithm>
#include <array>

namespace gradesvc::report {

namespace {

using scoring::item_outcome;

constexpr double cell = 18;           // units that a mark takes
constexpr std::size_t columns = 21;   // of marks
constexpr std::size_t most_rows = 12; // of one lane; more are counted
constexpr double lane_gap = 22;       // the name of a lane stands in it
constexpr double top = 14;            // the name of the line stands above

enum lane { right, partial, wrong, lanes };

std::optional<lane> lane_of(item_outcome outcome) {
    switch (outcome) {
    case item_outcome::correct: return right;
    case item_outcome::partial: return partial;
    case item_outcome::incorrect:
    case item_outcome::blank: return wrong;
    default: return std::nullopt;
    }
}

class map_builder {
public:
    explicit map_builder(const document& from) : from_(from), theta_(from.result.sheet.ability->theta) {
        low_ = high_ = theta_;
        for (std::size_t i = 0; i < from.remarks.size(); ++i)
            if (const auto b = shown_difficulty(i)) {
                low_ = std::min(low_, *b);
                high_ = std::max(high_, *b);
            }
        if (high_ - low_ < 1) { // all alike: in the middle
            low_ -= 0.5;
            high_ += 0.5;
        }
    }

    data build() {
        const axis along(low_, high_);
        for (std::size_t i = 0; i < from_.remarks.size(); ++i)
            if (const auto b = shown_difficulty(i)) {
                const auto column = static_cast<std::size_t>((along.at(*b) - chart_margin) / step + 0.5);
                stacks_.at(*lane_of(outcome(i))).at(std::min(column, columns - 1)).push_back(i + 1);
                count(*b, outcome(i));
            }
        list drawn;
        double y = top;
        for (const auto which : {right, partial, wrong})
            if (const auto rows = rows_of(which); rows > 0) drawn.push_back(draw(which, rows, y));
        return fields()
            .text("title", from_.words.text("chart.map"))
            .text("alt", in_words())
            .text("height", coordinate(y + 20))
            .text("foot", coordinate(y + 4))
            .text("axis_text", coordinate(y + 16))
            .text("theta_x", coordinate(along.at(theta_)))
            .all("lanes", drawn)
            .take();
    }

private:
    static constexpr double step = (chart_width - 2 * chart_margin) / static_cast<double>(columns - 1);

    item_outcome outcome(std::size_t item) const { return from_.result.sheet.item_scores[item].outcome; }
    std::optional<double> shown_difficulty(std::size_t item) const {
        return lane_of(outcome(item)) ? from_.remarks[item].difficulty : std::nullopt;
    }

    void count(double b, item_outcome how) {
        const bool below = b <= theta_;
        ++(below ? below_all_ : above_all_);
        if (how == item_outcome::correct) ++(below ? below_ : above_);
    }

    std::size_t rows_of(lane which) const {
        std::size_t rows = 0;
        for (const auto& stack : stacks_.at(which)) rows = std::max(rows, std::min(stack.size(), most_rows));
        return rows;
    }

    // Moves `y` below the lane.
    data draw(lane which, std::size_t rows, double& y) const {
        static constexpr std::array<const char*, lanes> names{"page.map_right", "page.map_partial", "page.map_wrong"};
        const double name_y = y + lane_gap - 6;
        y += lane_gap + static_cast<double>(rows) * cell;
        list marks;
        std::size_t left_out = 0;
        for (std::size_t column = 0; column < columns; ++column) {
            const auto& stack = stacks_.at(which).at(column);
            left_out += stack.size() - std::min(stack.size(), most_rows);
            for (std::size_t row = 0; row < std::min(stack.size(), most_rows); ++row)
                marks.push_back(mark(which, chart_margin + static_cast<double>(column) * step,
                                     y - (static_cast<double>(row) + 0.5) * cell, stack[row]));
        }
        std::string name(from_.words.text(names.at(which)));
        if (left_out > 0) name += ", " + from_.words.say("chart.more", static_cast<double>(left_out), {});
        return fields()
            .text("lane_name", name)
            .text("lane_y", coordinate(name_y))
            .text("lane_foot", coordinate(y + 2))
            .all("marks", marks)
            .take();
    }

    static data mark(lane which, double x, double y, std::size_t number) {
        return fields()
            .text("x", coordinate(x))
            .text("y", coordinate(y))
            .text("text_y", coordinate(y + 3.3))
            .text("left", coordinate(x - 7.5))
            .text("upper", coordinate(y - 7.5))
            .text("number", std::to_string(number))
            .flag("is_right", which == right)
            .flag("is_partial", which == partial)
            .flag("is_wrong", which == wrong)
            .take();
    }

    std::string in_words() const {
        const auto number = [this](int n) { return from_.words.number(n, 0); };
        return from_.words.say("chart.map_of", {{"below", number(below_)},
                                                {"below_all", number(below_all_)},
                                                {"above", number(above_)},
                                                {"above_all", number(above_all_)}});
    }

    const document& from_;
    double theta_, low_ = 0, high_ = 0;
    int below_ = 0, below_all_ = 0, above_ = 0, above_all_ = 0;
    std::array<std::array<std::vector<std::size_t>, columns>, lanes> stacks_; // numbers of items
};

} // namespace

data item_map(const document& from) {
    const auto& sheet = from.result.sheet;
    bool any = false;
    for (std::size_t i = 0; i < from.remarks.size(); ++i)
        any = any || (from.remarks[i].difficulty && lane_of(sheet.item_scores[i].outcome));
    if (!any || !sheet.ability) return data(false);
    return map_builder(from).build();
}

} // namespace gradesvc::report
