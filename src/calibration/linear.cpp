#include "calibration/linear.hpp"

#include <cmath>
#include <utility>

namespace gradesvc::calibration {

cholesky::cholesky(matrix a) : u_(std::move(a)) {
    constexpr double nothing_left = 1e-7; // of a diagonal element, after the others have explained it
    const auto n = u_.size;
    std::vector<double> diagonal(n);
    for (std::size_t k = 0; k < n; ++k) diagonal[k] = u_[k][k];
    for (std::size_t k = 0; k < n; ++k) {
        double* const row = u_[k];
        if (!(row[k] > nothing_left * diagonal[k]) || !(diagonal[k] < 1e300)) {
            positive_ = false;
            return;
        }
        const double root = std::sqrt(row[k]);
        for (std::size_t j = k; j < n; ++j) row[j] /= root;
        for (std::size_t i = k + 1; i < n; ++i) {
            const double factor = row[i];
            double* const below = u_[i];
            for (std::size_t j = i; j < n; ++j) below[j] -= factor * row[j];
        }
    }
}

std::vector<double> cholesky::solve(std::span<const double> b) const {
    std::vector<double> x(b.begin(), b.begin() + static_cast<std::ptrdiff_t>(u_.size));
    for (std::size_t k = 0; k < u_.size; ++k) {
        x[k] /= u_[k][k];
        for (std::size_t j = k + 1; j < u_.size; ++j) x[j] -= u_[k][j] * x[k];
    }
    for (std::size_t k = u_.size; k-- > 0;) {
        for (std::size_t j = k + 1; j < u_.size; ++j) x[k] -= u_[k][j] * x[j];
        x[k] /= u_[k][k];
    }
    return x;
}

matrix cholesky::inverse() const {
    const auto n = u_.size;
    matrix v(n); // U⁻¹, upper triangular: row k = (e_k − Σ_{j>k} u_kj row_j) / u_kk
    for (std::size_t k = n; k-- > 0;) {
        double* const row = v[k];
        row[k] = 1;
        for (std::size_t j = k + 1; j < n; ++j) {
            const double factor = u_[k][j];
            const double* const later = std::as_const(v)[j];
            for (std::size_t l = j; l < n; ++l) row[l] -= factor * later[l];
        }
        for (std::size_t l = k; l < n; ++l) row[l] /= u_[k][k];
    }
    matrix inverse(n);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = i; j < n; ++j) {
            double sum = 0;
            for (std::size_t l = j; l < n; ++l) sum += v[i][l] * v[j][l];
            inverse[i][j] = inverse[j][i] = sum;
        }
    return inverse;
}

} // namespace gradesvc::calibration
