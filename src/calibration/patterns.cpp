#include "calibration/patterns.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace gradesvc::calibration {

namespace {

std::size_t person_count(const responses& data) {
    return data.steps.empty() ? 0 : data.categories.size() / data.steps.size();
}

// Rows of the items in question alone, in order, so that equal ones are neighbours.
class sorted_rows {
public:
    sorted_rows(const responses& data, std::span<const std::size_t> items) : width_(items.size()) {
        const auto persons = person_count(data);
        bytes_.resize(persons * width_);
        order_.reserve(persons);
        for (std::size_t i = 0; i < persons; ++i)
            for (std::size_t j = 0; j < width_; ++j)
                bytes_[i * width_ + j] = data.categories[i * data.steps.size() + items[j]];
        for (std::size_t i = 0; i < persons; ++i)
            if (std::any_of(row(i), row(i) + width_, [](auto category) { return category != missing; }))
                order_.push_back({beginning(i), i});
        std::sort(order_.begin(), order_.end(), [&](const auto& a, const auto& b) {
            return a.beginning != b.beginning ? a.beginning < b.beginning : compare(a.row, b.row) < 0;
        });
    }

    std::size_t size() const { return order_.size(); }
    const std::uint8_t* operator[](std::size_t i) const { return row(order_[i].row); }
    bool repeats(std::size_t i) const { return i > 0 && compare(order_[i].row, order_[i - 1].row) == 0; }

private:
    // The first bytes of a row as a number: most comparisons need no more.
    struct entry {
        std::uint64_t beginning;
        std::size_t row;
    };

    const std::uint8_t* row(std::size_t i) const { return bytes_.data() + i * width_; }
    int compare(std::size_t a, std::size_t b) const { return std::memcmp(row(a), row(b), width_); }
    std::uint64_t beginning(std::size_t i) const {
        std::uint64_t number = 0;
        for (std::size_t j = 0; j < std::min<std::size_t>(width_, 16); ++j)
            number = (number << 4) | std::min<std::uint64_t>(row(i)[j], 15); // in the order of the bytes
        return number;
    }

    std::size_t width_;
    std::vector<std::uint8_t> bytes_;
    std::vector<entry> order_;
};

item_states states_of(const responses& data, std::size_t item, const std::vector<std::size_t>& counts,
                      pattern_set& set) {
    item_states states{item, data.steps[item], 0, set.states, {}};
    const auto most = std::max_element(counts.begin(), counts.end());
    states.reference = static_cast<std::size_t>(most - counts.begin());
    states.columns.resize(counts.size());
    for (std::size_t state = 0; state < counts.size(); ++state) {
        if (state == states.reference) continue;
        states.columns[state] = static_cast<std::uint16_t>(set.columns.size());
        set.columns.push_back({set.items.size(), state});
    }
    set.states += states.steps + 1;
    return states;
}

} // namespace

std::vector<std::vector<std::size_t>> count_states(const responses& data) {
    std::vector<std::vector<std::size_t>> counts;
    for (const auto steps : data.steps) counts.emplace_back(steps + 2);
    const auto persons = person_count(data);
    for (std::size_t i = 0; i < persons; ++i)
        for (std::size_t j = 0; j < data.steps.size(); ++j)
            ++counts[j][std::min<std::size_t>(data.categories[i * data.steps.size() + j], data.steps[j] + 1)];
    return counts;
}

double pattern_set::pairs() const {
    double sum = 0;
    for (std::size_t i = 0; i < size(); ++i) {
        const auto length = static_cast<double>(first[i + 1] - first[i]);
        sum += length * (length - 1) / 2;
    }
    return sum;
}

pattern_set make_patterns(const responses& data, std::span<const std::size_t> items) {
    pattern_set set;
    const auto counts = count_states(data);
    for (const auto item : items) set.items.push_back(states_of(data, item, counts[item], set));
    const sorted_rows rows(data, items);
    set.persons = rows.size();
    std::vector<std::uint16_t> list(items.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows.repeats(i)) {
            ++set.frequency.back();
            continue;
        }
        set.frequency.push_back(1);
        set.first.push_back(set.listed.size());
        std::size_t length = 0; // without a branch: which states come cannot be foreseen
        for (std::size_t j = 0; j < items.size(); ++j) {
            const auto& states = set.items[j];
            const auto state = std::min<std::size_t>(rows[i][j], states.steps + 1);
            list[length] = states.columns[state];
            length += state != states.reference ? 1 : 0;
        }
        set.listed.insert(set.listed.end(), list.begin(), list.begin() + static_cast<std::ptrdiff_t>(length));
    }
    set.first.push_back(set.listed.size());
    return set;
}

} // namespace gradesvc::calibration
