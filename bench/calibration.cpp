// What the calibration of a 2PL test costs: 100 000 simulated persons, 40 items, 41 points, on one thread and on two.
// Prints a line of JSON each. bench_calibration [PERSONS [ITEMS [POINTS]]]
#include "gradesvc/calibration/calibrate.hpp"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>

namespace {

using namespace gradesvc;

calibration::responses simulate(std::size_t persons, std::size_t items) {
    std::mt19937_64 chance(1);
    std::normal_distribution<> normal;
    std::uniform_real_distribution<> uniform;
    calibration::responses data{std::vector<std::size_t>(items, 1), {}};
    std::vector<double> a(items), b(items);
    for (std::size_t j = 0; j < items; ++j) {
        a[j] = 0.6 + 1.6 * uniform(chance);
        b[j] = normal(chance);
    }
    for (std::size_t i = 0; i < persons; ++i) {
        const double theta = normal(chance);
        for (std::size_t j = 0; j < items; ++j)
            data.categories.push_back(uniform(chance) < 1 / (1 + std::exp(-a[j] * (theta - b[j]))) ? 1 : 0);
    }
    return data;
}

} // namespace

int main(int argc, char** argv) {
    const auto argument = [&](int index, int otherwise) { return argc > index ? std::atoi(argv[index]) : otherwise; };
    const auto data =
        simulate(static_cast<std::size_t>(argument(1, 100'000)), static_cast<std::size_t>(argument(2, 40)));
    calibration::settings how;
    how.points = argument(3, 41);
    for (const int threads : {1, 2}) {
        how.threads = threads;
        const auto start = std::chrono::steady_clock::now();
        const auto cpu = std::clock();
        const auto result = calibration::calibrate(data, how);
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
        std::printf("{\"threads\":%d,\"seconds\":%.3f,\"cpu_seconds\":%.3f,\"iterations\":%d,\"converged\":%s,"
                    "\"log_likelihood\":%.6f}\n",
                    threads, seconds.count(), static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC,
                    result.iterations, result.converged ? "true" : "false", result.log_likelihood);
    }
}
