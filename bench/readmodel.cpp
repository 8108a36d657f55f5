// How fast the read model takes rows in and answers: rows per second of apply() on one thread, then find() and list()
// at the full size, alone and while rows come in.   bench_readmodel [FOLDER [SUBMISSIONS [v5|v7]]]
#include "gradesvc/readmodel/sqlite.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <time.h>
#include <unistd.h>

namespace {

using namespace gradesvc;
using steady = std::chrono::steady_clock;
using milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::int64_t batch = 4000;
constexpr std::int64_t first_time = 1'760'000'000'000;

/// Ids as keys give them, evenly spread, or as version 7 gives them, ascending with the time.
domain::submission_id id_of(std::int64_t i, bool spread) {
    std::mt19937_64 random(static_cast<std::uint64_t>(i));
    std::array<std::uint8_t, 16> bytes;
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    if (!spread)
        for (std::size_t k = 0; k < 6; ++k)
            bytes[k] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(first_time + i / 20) >> (40 - 8 * k));
    return domain::submission_id(bytes);
}

std::string user_of(std::int64_t i, std::int64_t count) {
    return "user-" + std::to_string(std::mt19937_64(static_cast<std::uint64_t>(i) + 7)() %
                                    static_cast<std::uint64_t>(count / 5 + 1));
}

ports::accepted_row row_of(std::int64_t i, std::int64_t count, bool spread) {
    ports::accepted_row row;
    row.id = id_of(i, spread);
    row.user_id = user_of(i, count);
    row.test_id = "algebra-" + std::to_string(i % 7);
    row.test_version = 1;
    row.accepted_at = ports::time_ms(std::chrono::milliseconds(first_time + i / 20));
    row.topic = "test_submissions";
    row.partition = static_cast<std::int32_t>(i % 12);
    row.offset = i;
    return row;
}

double cpu_seconds() {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

/// Applies `count` submissions or results in batches and prints the rate.
void fill(ports::read_model& model, const char* what, std::int64_t count, bool spread, bool results) {
    const std::string document(1200, 'd');
    steady::duration spent{};
    double cpu = 0;
    milliseconds longest{};
    for (std::int64_t from = 0; from < count; from += batch) {
        ports::projection step;
        for (std::int64_t i = from; i < std::min(from + batch, count); ++i) {
            if (results)
                step.scored.push_back(
                    {row_of(i, count, spread), 1, ports::time_ms(std::chrono::milliseconds(i)), document});
            else
                step.accepted.push_back(row_of(i, count, spread));
        }
        for (std::int32_t p = 0; p < 12; ++p)
            step.next[{results ? "test_results_ready" : "test_submissions", p}] = from;
        const auto start = steady::now();
        const double cpu_start = cpu_seconds();
        model.apply(step);
        cpu += cpu_seconds() - cpu_start;
        spent += steady::now() - start;
        longest = std::max(longest, milliseconds(steady::now() - start));
    }
    const double seconds = std::chrono::duration<double>(spent).count();
    std::printf("%-10s %8.0f rows/s, %.1f us CPU a row, longest batch %.0f ms\n", what,
                static_cast<double>(count) / seconds, 1e6 * cpu / static_cast<double>(count), longest.count());
    std::fflush(stdout);
}

template <class Read>
void measure(const char* what, int reads, Read read) {
    std::vector<double> times;
    for (int i = 0; i < reads; ++i) {
        const auto start = steady::now();
        read(i);
        times.push_back(milliseconds(steady::now() - start).count());
    }
    std::sort(times.begin(), times.end());
    const auto at = [&](double share) { return times[static_cast<std::size_t>(share * (reads - 1))]; };
    std::printf("%-10s p50 %.3f ms, p99 %.3f ms, max %.3f ms\n", what, at(0.5), at(0.99), times.back());
}

void measure_reads(const ports::read_model& model, std::int64_t count, bool spread) {
    std::mt19937_64 random(1);
    const auto any = [&] { return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(count)); };
    std::size_t bytes = 0;
    measure("find", 20'000, [&](int) { bytes += model.find(id_of(any(), spread)).value().result.size(); });
    measure("find none", 20'000, [&](int i) { bytes += model.find(id_of(-1 - i, spread)) ? 1U : 0U; });
    measure("list", 20'000, [&](int) { bytes += model.list({user_of(any(), count)}).size(); });
    measure("list test", 20'000, [&](int i) {
        bytes += model.list({user_of(any(), count), "algebra-" + std::to_string(i % 7)}).size();
    });
    if (bytes == 0) std::puts("nothing was read");
}

void print_memory(const char* when) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS")) std::printf("%s %s\n", when, line.c_str());
}

} // namespace

int main(int argc, char** argv) {
    const std::filesystem::path folder =
        argc > 1 ? std::filesystem::path(argv[1])
                 : std::filesystem::temp_directory_path() / ("gradesvc-bench-" + std::to_string(::getpid()));
    const std::int64_t count = argc > 2 ? std::stoll(argv[2]) : 1'000'000;
    const bool spread = argc <= 3 || std::string(argv[3]) == "v5";
    const auto file = folder / "readmodel.db";
    {
        const auto model = readmodel::open(file);
        print_memory("empty: ");
        fill(*model, "accepted", count, spread, false);
        fill(*model, "scored", count, spread, true);
        print_memory("filled:");
        measure_reads(*model, count, spread);
        std::puts("while results come in again:");
        std::atomic<bool> stop = false;
        std::jthread busy([&] {
            for (std::int64_t i = 0; !stop; ++i) {
                ports::projection step;
                for (std::int64_t k = 0; k < 100; ++k)
                    step.accepted.push_back(row_of(count + i * 100 + k, count, spread));
                model->apply(step);
            }
        });
        measure_reads(*model, count, spread);
        stop = true;
        busy.join();
        print_memory("read:  ");
    }
    const auto start = steady::now();
    readmodel::open(file)->stored_positions();
    std::printf("%-10s %.1f ms, %ju MiB on disk\n", "reopen", milliseconds(steady::now() - start).count(),
                std::filesystem::file_size(file) >> 20U);
    std::filesystem::remove_all(folder);
}
