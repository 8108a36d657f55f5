// Reference tests of the field: items, responses as texts, a bank on a grid.
#pragma once

#include "irt/item_bank.hpp"

#include <string_view>
#include <vector>

namespace gradesvc::test {

using domain::irt_model;
using domain::irt_parameters;

inline irt_parameters two_pl(double a, double b) { return {irt_model::two_pl, a, {b}}; }
inline irt_parameters three_pl(double a, double b, double c) { return {irt_model::three_pl, a, {b}, c}; }
inline irt_parameters graded(double a, std::vector<double> b) { return {irt_model::grm, a, std::move(b)}; }
inline irt_parameters partial_credit(double a, std::vector<double> b) { return {irt_model::gpcm, a, std::move(b)}; }

/// Section 6 of the Law School Admission Test (Bock & Lieberman 1970), 2PL.
inline std::vector<irt_parameters> lsat6() {
    return {two_pl(0.8257, -3.3588), two_pl(0.7227, -1.3701), two_pl(0.8909, -0.2797), two_pl(0.6884, -1.8664),
            two_pl(0.6569, -3.1259)};
}

inline std::vector<irt_parameters> eight_3pl() {
    return {three_pl(1.20, -1.50, .20), three_pl(0.80, -1.00, .20), three_pl(1.50, -0.50, .25),
            three_pl(1.00, 0.00, .20),  three_pl(1.80, 0.30, .15),  three_pl(0.90, 0.80, .25),
            three_pl(1.30, 1.20, .20),  three_pl(1.10, 2.00, .20)};
}

inline irt::item_bank bank_of(std::vector<irt_parameters> items, double range = 8, int points = 161, double d = 1,
                              irt::normal_prior prior = {}) {
    return {std::move(items), d, irt::normal_quadrature(-range, range, points, prior.mean, prior.sd), prior};
}

/// "10.2": categories, `.` is missing.
inline std::vector<irt::response> responses(std::string_view text) {
    std::vector<irt::response> all;
    for (const char c : text) all.push_back(c == '.' ? irt::missing : static_cast<irt::response>(c - '0'));
    return all;
}

inline std::vector<double> log_likelihood(const irt::item_bank& bank, const std::vector<irt::response>& given) {
    std::vector<double> values(bank.grid().size());
    bank.log_likelihood(given, values);
    return values;
}

} // namespace gradesvc::test
