#include "gradesvc/audit/verify.hpp"

#include "app/events.hpp"
#include "audit/crew.hpp"
#include "audit/partition_reader.hpp"
#include "audit/recompute.hpp"

#include <algorithm>

namespace gradesvc::audit {

namespace {

constexpr std::chrono::seconds round_trip{10};
constexpr std::size_t block_bytes = 32 * 1024 * 1024;
constexpr std::size_t batch_jobs = 64;
constexpr std::int64_t far_away = 20'000; // offsets that are not worth reading past

/// A result and where its submission is.
struct wanted {
    std::int64_t source = 0;
    ports::record result;
};

/// A submission with its results.
struct job {
    ports::record submission;
    std::vector<ports::record> results;
};

class verifier {
public:
    verifier(ports::log& log, const app::topics& names, const verify_options& how, verify_audience& to)
        : log_(log), names_(names), how_(how), to_(to), reader_(tests_, how.engine_version) {}

    verify_counts run() {
        const std::vector<std::string> all{names_.submissions, names_.results, names_.definitions};
        // The results first, so that all their submissions and tests lie below the other ends.
        auto ends = log_.end(std::span(all).subspan(1, 1), round_trip);
        ends.merge(log_.end(std::span(all).subspan(0, 1), round_trip));
        ends.merge(log_.end(std::span(all).subspan(2, 1), round_trip));
        const auto begins = log_.begin(all, round_trip);
        read_tests(begins, ends);
        std::vector<std::int32_t> partitions;
        for (const auto& [where, end] : of_topic(ends, names_.results))
            if (how_.partition.value_or(where.second) == where.second) {
                partitions.push_back(where.second);
                total_ += std::max<std::int64_t>(end - begins.at(where), 0);
            }
        if (partitions.empty()) throw ports::log_error("there is no such partition");
        const auto cores = std::max(std::thread::hardware_concurrency(), 1U);
        crew<job> scorers(how_.threads > 0 ? static_cast<std::size_t>(how_.threads) : cores,
                          [this] { return worker(); });
        for (const auto p : partitions)
            if (!full()) partition(scorers, p, begins, ends);
        return counts_;
    }

private:
    bool full() const { return how_.limit && taken_ >= *how_.limit; }

    void read_tests(const ports::positions& begins, const ports::positions& ends) {
        read_between(log_, of_topic(begins, names_.definitions), of_topic(ends, names_.definitions),
                     [this](const ports::record& r) {
                         tests_.apply(r); // what is wrong with a record concerns nobody here
                         return true;
                     });
    }

    /// What a thread does with a job.
    std::function<void(job&)> worker() {
        const auto compute = std::make_shared<recompute>(tests_, how_.engine_version);
        return [this, compute](job& one) {
            for (const auto& result : one.results) {
                verify_counts counts;
                const auto found = (*compute)(one.submission, result, counts);
                const std::lock_guard lock(mutex_);
                counts_ += counts;
                if (found) to_.found(*found);
            }
        };
    }

    /// Whether this result is among those to look at.
    bool wants(const ports::record& result, std::int64_t source) {
        const auto scattered = static_cast<std::uint64_t>(source) * 0x9e3779b97f4a7c15U >> 20U;
        if (how_.sample > 1 && scattered % static_cast<std::uint64_t>(how_.sample) != 0) return false;
        return how_.test.empty() || reader_.test_of(result) == how_.test;
    }

    void partition(crew<job>& scorers, std::int32_t p, const ports::positions& begins, const ports::positions& ends) {
        std::vector<wanted> block;
        std::size_t bytes = 0;
        const auto flush = [&] {
            look_up(scorers, p, std::exchange(block, {}), ends);
            bytes = 0;
        };
        read_between(
            log_, of_partition(begins, names_.results, p), of_partition(ends, names_.results, p),
            [&](ports::record& r) {
                const auto source = app::header_integer(r, "gs_source_offset");
                if (!wants(r, source.value_or(0))) return true;
                ++taken_;
                if (!source || app::header_integer(r, "gs_source_partition").value_or(p) != p) {
                    const std::lock_guard lock(mutex_);
                    ++counts_.unmatched;
                    return !full();
                }
                r.topic = names_.results; // outlives the reader
                bytes += r.value.size();
                block.push_back({*source, std::move(r)});
                if (bytes >= block_bytes) flush();
                return !full();
            },
            [this](std::int64_t moved) { to_.progress(done_ += moved, total_); });
        flush();
    }

    /// Reads the submissions of a block of results and gives both to the scorers; waits for them, because records live no
    /// longer than their reader.
    void look_up(crew<job>& scorers, std::int32_t p, std::vector<wanted> block, const ports::positions& ends) {
        std::ranges::stable_sort(block, {}, &wanted::source);
        const auto end = ends.at({names_.submissions, p});
        std::size_t from = 0;
        while (from < block.size()) {
            std::size_t to = from + 1;
            while (to < block.size() && block[to].source - block[to - 1].source < far_away) ++to;
            look_up_run(scorers, p, std::span(block).subspan(from, to - from), end);
            from = to;
        }
    }

    void look_up_run(crew<job>& scorers, std::int32_t p, std::span<wanted> run, std::int64_t end) {
        const ports::positions from{{{names_.submissions, p}, run.front().source}};
        const ports::positions to{{{names_.submissions, p}, std::min(run.back().source + 1, end)}};
        std::vector<job> batch;
        std::size_t next = 0;
        std::int64_t unmatched = 0;
        read_between(log_, from, to, [&](ports::record& r) {
            for (; next < run.size() && run[next].source < r.offset; ++next) ++unmatched;
            if (next == run.size()) return false;
            job one;
            for (; next < run.size() && run[next].source == r.offset; ++next)
                one.results.push_back(std::move(run[next].result));
            if (one.results.empty()) return true;
            r.topic = names_.submissions; // outlives the reader
            one.submission = std::move(r);
            batch.push_back(std::move(one));
            if (batch.size() == batch_jobs) scorers.give(std::exchange(batch, {}));
            return true;
        });
        scorers.give(std::move(batch));
        scorers.wait();
        const std::lock_guard lock(mutex_);
        counts_.unmatched += unmatched + static_cast<std::int64_t>(run.size() - next);
    }

    ports::log& log_;
    const app::topics& names_;
    const verify_options& how_;
    verify_audience& to_;
    app::catalog tests_;
    recompute reader_; // of the thread that reads
    std::int64_t taken_ = 0, done_ = 0, total_ = 0;
    std::mutex mutex_; // guards counts_ and to_.found
    verify_counts counts_;
};

} // namespace

verify_counts& verify_counts::operator+=(const verify_counts& other) {
    equal += other.equal;
    different += other.different;
    unmatched += other.unmatched;
    other_reason += other.other_reason;
    for (const auto& [version, count] : other.other_versions) other_versions[version] += count;
    return *this;
}

verify_counts run_verify(ports::log& log, const app::topics& names, const verify_options& options,
                         verify_audience& to) {
    return verifier(log, names, options, to).run();
}

} // namespace gradesvc::audit
