// Delays that double from try to try, with jitter so that workers do not come back in step. A value.
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace gradesvc::worker {

class backoff {
public:
    backoff(std::chrono::milliseconds first, std::chrono::milliseconds most, std::uint64_t seed)
        : first_(first), most_(most), random_(static_cast<std::minstd_rand::result_type>(seed)) {}

    /// The delay after `failures` failed tries, the first being 1: between one half and the whole of the doubled one.
    std::chrono::microseconds after(int failures) {
        const int doublings = std::clamp(failures - 1, 0, 20);
        const auto whole = std::min<std::chrono::microseconds>(std::chrono::microseconds(first_) * (1LL << doublings),
                                                               std::chrono::microseconds(most_));
        return whole / 2 + whole * static_cast<int>(random_() % 1024) / 2048;
    }

private:
    std::chrono::milliseconds first_;
    std::chrono::milliseconds most_;
    std::minstd_rand random_;
};

} // namespace gradesvc::worker
