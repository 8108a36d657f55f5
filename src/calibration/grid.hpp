// Rows of numbers over the points of the quadrature, padded to whole packs; and the loops over them.
//
// The loops are compiled for the vectors of the CPU as well: element by element, so that the bytes are the same.
#pragma once

#include "irt/elementary.hpp"

#include <algorithm>
#include <cstddef>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&               \
    !defined(__SANITIZE_THREAD__)
#define GRADESVC_WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define GRADESVC_WIDE
#endif
#define GRADESVC_INLINE inline __attribute__((always_inline))

namespace gradesvc::calibration {

inline constexpr std::size_t lanes = 8;

/// Eight numbers that are computed with at once.
using pack __attribute__((vector_size(lanes * sizeof(double)), aligned(alignof(double)), may_alias)) = double;

inline constexpr std::size_t padded(std::size_t points) { return (points + 2 * lanes - 1) / (2 * lanes) * (2 * lanes); }

GRADESVC_INLINE pack& at(double* row) { return *reinterpret_cast<pack*>(row); }
GRADESVC_INLINE const pack& at(const double* row) { return *reinterpret_cast<const pack*>(row); }

/// The sum of a padded row, always in the same order.
GRADESVC_INLINE double sum_row(const double* row, std::size_t width) {
    double sums[lanes] = {};
    for (std::size_t q = 0; q < width; q += lanes) at(sums) += at(row + q);
    return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

GRADESVC_INLINE double dot_row(const double* a, const double* b, std::size_t width) {
    double sums[lanes] = {};
    for (std::size_t q = 0; q < width; q += lanes) at(sums) += at(a + q) * at(b + q);
    return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

} // namespace gradesvc::calibration
