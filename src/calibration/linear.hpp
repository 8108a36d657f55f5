// Symmetric matrices: enough linear algebra for Newton steps and standard errors.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace gradesvc::calibration {

/// Square, by rows.
struct matrix {
    explicit matrix(std::size_t n = 0) : size(n), values(n * n) {}
    double* operator[](std::size_t row) { return values.data() + row * size; }
    const double* operator[](std::size_t row) const { return values.data() + row * size; }
    std::size_t size;
    std::vector<double> values;
};

/// A = U'U for a symmetric A.
class cholesky {
public:
    explicit cholesky(matrix a);
    /// Whether A is positive definite, and not so near to singular that the rest would be noise.
    bool positive() const { return positive_; }
    /// A⁻¹ b, of the leading elements of `b`.
    std::vector<double> solve(std::span<const double> b) const;
    matrix inverse() const;

private:
    matrix u_;
    bool positive_ = true;
};

} // namespace gradesvc::calibration
