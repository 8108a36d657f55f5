// What many tests cost: 10 000 of 50 items and 3 skills are published, each is asked for, and what the process then takes
// is printed; then how long a look-up takes, alone and beside other threads, and with others that make tests be compiled.
#include "gradesvc/app/catalog.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace gradesvc;
using clock = std::chrono::steady_clock;

constexpr int count = 10'000;
constexpr int item_count = 50;

std::string id_of(int number) { return "test-" + std::to_string(number); }

// As an author's tool writes it: texts of options, a misconception for each distractor, parameters.
std::string definition(int number) {
    std::string json = R"({"test_id":")" + id_of(number) + R"(","version":1,"title":"A test with a title",)" +
                       R"("skills":[{"skill_id":"algebra"},{"skill_id":"geometry"},{"skill_id":"numbers"}],"items":[)";
    static constexpr const char* skills[] = {"algebra", "geometry", "numbers"};
    for (int i = 0; i < item_count; ++i) {
        json += i == 0 ? "" : ",";
        json +=
            R"({"item_id":"item_)" + std::to_string(i) +
            R"(","options":["first option","second option","third option","fourth option"],"correct":"first option",)" +
            R"("irt":{"model":"2PL","a":1.)" + std::to_string(i % 10) + R"(,"b":-0.)" + std::to_string(i) +
            R"(},"skills":{")" + skills[i % 3] + R"(":1},"misconceptions":{"second option":"takes the wrong sign",)" +
            R"("third option":"divides by zero","fourth option":"forgets a term"}})";
    }
    return json + "]}";
}

double resident_mib() {
    std::ifstream file("/proc/self/statm");
    long total = 0, resident = 0;
    file >> total >> resident;
    return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1024 * 1024);
}

double mib(std::size_t bytes) { return static_cast<double>(bytes) / (1024 * 1024); }

double ms_since(clock::time_point start) {
    return std::chrono::duration<double, std::milli>(clock::now() - start).count();
}

// Look-ups in a microsecond of all threads together, all asking for the same few tests.
double look_ups(const app::catalog& tests, int threads) {
    constexpr int rounds = 200'000;
    std::atomic<bool> go{false};
    std::atomic<int> missing{0};
    std::vector<std::jthread> all;
    for (int t = 0; t < threads; ++t)
        all.emplace_back([&] {
            while (!go) std::this_thread::yield();
            for (int i = 0; i < rounds; ++i) missing += !tests.scorer_of(*tests.latest(id_of(i % 4)));
        });
    const auto start = clock::now();
    go = true;
    all.clear();
    if (missing != 0) std::abort();
    return threads * rounds / (1e3 * ms_since(start));
}

} // namespace

int main(int argc, char** argv) {
    app::catalog tests(argc > 1 ? std::stoul(argv[1]) * 1024 * 1024 : app::catalog::scorer_budget);
    const double before = resident_mib();
    auto start = clock::now();
    std::size_t json_bytes = 0;
    for (int i = 0; i < count; ++i) {
        const auto json = definition(i);
        json_bytes += json.size();
        ports::record record;
        record.value = json;
        if (const auto why = tests.apply(record); !why.empty()) std::printf("%s\n", why.c_str());
    }
    std::printf("%d tests of %d items, %.0f MiB of JSON: read in %.0f ms, RSS %.0f MiB\n", count, item_count,
                mib(json_bytes), ms_since(start), resident_mib() - before);
    for (int round = 1; round <= 2; ++round) {
        start = clock::now();
        for (int i = 0; i < count; ++i)
            if (!tests.scorer_of(*tests.latest(id_of(i)))) std::abort();
        const auto now = tests.compiled();
        std::printf(
            "each asked for, round %d: %.0f us a test, %zu compiled, %.0f MiB by their own account, RSS %.0f MiB\n",
            round, 1e3 * ms_since(start) / count, now.count, mib(now.bytes), resident_mib() - before);
    }
    for (const int threads : {1, 2, 4, 8, 16})
        std::printf("%2d threads: %.1f look-ups a microsecond\n", threads, look_ups(tests, threads));
    const std::jthread churn([&](const std::stop_token& stop) {
        for (int i = 4; !stop.stop_requested(); i = 4 + (i + 1) % (count - 4)) tests.scorer_of(*tests.latest(id_of(i)));
    });
    std::printf("1 thread beside one that has others compiled: %.1f look-ups a microsecond\n", look_ups(tests, 1));
}
