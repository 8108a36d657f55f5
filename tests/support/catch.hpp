// Catch2 for all tests, whichever of 2 and 3 the distribution has. Tests write Approx, WithinAbs and
// Catch::Matchers::ContainsSubstring, and need not know.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>

using Catch::Approx;
#else
#include <catch2/catch.hpp>

#include <string>

namespace Catch {
using Detail::Approx;

namespace Matchers {
inline auto ContainsSubstring(const std::string& part) { return Contains(part); }
} // namespace Matchers
} // namespace Catch
#endif
