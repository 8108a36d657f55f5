// Data for calibration: LSAT-6, and answers simulated with the same numbers everywhere.
#pragma once

#include "gradesvc/calibration/calibrate.hpp"
#include "irt/elementary.hpp"
#include "irt/item_model.hpp"

#include <array>
#include <cmath>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace gradesvc::test {

inline calibration::responses lsat6() {
    std::ifstream file(GRADESVC_SOURCE_DIR "/config/data/lsat6.csv");
    calibration::responses data{{1, 1, 1, 1, 1}, {}};
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#' || line.starts_with("pattern")) continue;
        for (int i = std::stoi(line.substr(6)); i > 0; --i)
            for (std::size_t j = 0; j < 5; ++j)
                data.categories.push_back(static_cast<std::uint8_t>(line[j] == '1' ? 1 : 0));
    }
    if (data.categories.size() != 5000) throw std::runtime_error("LSAT-6 has 1000 persons");
    return data;
}

/// Persons of N(0, 1) who answer items of given parameters.
class simulation {
public:
    explicit simulation(unsigned seed) : chance_(seed) {}

    double uniform() { return (static_cast<double>(chance_()) + 0.5) / 4294967296.0; }
    double uniform(double low, double high) { return low + (high - low) * uniform(); }

    double normal() { // the polar method of Marsaglia
        while (true) {
            const double x = uniform(-1, 1), y = uniform(-1, 1), r = x * x + y * y;
            if (r < 1) return x * std::sqrt(-2 * irt::log(r) / r);
        }
    }

    std::uint8_t answer(const domain::irt_parameters& item, double d, double theta) {
        std::array<double, irt::most_categories> logs;
        irt::log_probabilities(item, d, theta, std::span(logs).first(irt::categories(item)));
        double left = uniform();
        std::uint8_t category = 0;
        for (; category < item.b.size(); ++category)
            if ((left -= irt::exp(logs[category])) < 0) break;
        return category;
    }

    calibration::responses answers(const std::vector<domain::irt_parameters>& items, std::size_t persons) {
        calibration::responses data;
        for (const auto& item : items) data.steps.push_back(item.b.size());
        for (std::size_t i = 0; i < persons; ++i) {
            const double theta = normal();
            for (const auto& item : items) data.categories.push_back(answer(item, 1, theta));
        }
        return data;
    }

    /// Items with `steps` steps, slopes 0.8 to 2 and difficulties about −1.5 to 1.5.
    std::vector<domain::irt_parameters> items(domain::irt_model model, std::size_t count, std::size_t steps) {
        std::vector<domain::irt_parameters> all;
        for (std::size_t j = 0; j < count; ++j) {
            const bool guess = model == domain::irt_model::three_pl;
            domain::irt_parameters item{model, uniform(0.8, 2), {}, guess ? uniform(0.1, 0.3) : 0, 1};
            const double middle = uniform(-1, 1);
            for (std::size_t k = 0; k < steps; ++k)
                item.b.push_back(middle + 0.8 * (static_cast<double>(k) - static_cast<double>(steps - 1) / 2));
            all.push_back(std::move(item));
        }
        return all;
    }

private:
    std::mt19937 chance_;
};

} // namespace gradesvc::test
