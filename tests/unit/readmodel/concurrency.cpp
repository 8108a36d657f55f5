// Readers on several threads while one writes.
#include "rows.hpp"

#include <atomic>
#include <thread>

using namespace gradesvc;
using namespace gradesvc::readmodel;

namespace {

constexpr std::uint64_t group = 8;

std::string user_of(std::uint64_t step) { return "user-" + std::to_string(step); }

/// One user's submissions, all scored, in one transaction.
ports::projection group_step(std::uint64_t number) {
    ports::projection p;
    for (std::uint64_t i = number * group; i < (number + 1) * group; ++i)
        p.scored.push_back(scored(accepted(i, user_of(number), 1), 1, "document"));
    p.next = {{{"t", 0}, static_cast<std::int64_t>(number)}};
    return p;
}

/// Reads until told to stop; counts what no reader may see: a part of a transaction, or less than what was there.
void read_on(const ports::read_model& model, const std::atomic<std::uint64_t>& applied, const std::atomic<bool>& stop,
             std::atomic<int>& wrong, std::atomic<int>& reads) {
    for (std::uint64_t i = 0; !stop; ++i) {
        const std::uint64_t known = applied;
        if (known > 0) {
            const std::uint64_t one = i % known;
            const auto view = model.find(id(one * group));
            wrong += !view || view->result != "document" ? 1 : 0;
            wrong += model.list({user_of(one)}).size() != group ? 1 : 0;
        }
        const auto coming = model.list({user_of(known)}).size();
        wrong += coming != 0 && coming != group ? 1 : 0;
        ++reads;
    }
}

} // namespace

TEST_CASE("readers see whole transactions, and everything applied before they ask") {
    const temp_folder folder;
    const auto model = open(folder.file(), {.readers = 2}); // fewer than threads: some wait
    std::atomic<std::uint64_t> applied = 0;
    std::atomic<bool> stop = false;
    std::atomic<int> wrong = 0;
    std::atomic<int> reads = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) threads.emplace_back([&] { read_on(*model, applied, stop, wrong, reads); });
        for (std::uint64_t n = 0; n < 200 || (reads < 200 && n < 20'000); ++n) {
            model->apply(group_step(n));
            applied = n + 1;
        }
        stop = true;
    }
    CHECK(wrong == 0);
    CHECK(reads >= 200);
}

TEST_CASE("clear and expiry wait for readers and never break them") {
    const temp_folder folder;
    const auto model = open(folder.file(), {.readers = 2});
    std::atomic<bool> stop = false;
    std::atomic<int> failed_reads = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 3; ++i)
            threads.emplace_back([&] {
                while (!stop) {
                    try {
                        model->find(id(1));
                        model->list({user_of(0)});
                    } catch (const std::exception&) {
                        ++failed_reads;
                    }
                }
            });
        for (std::uint64_t n = 0; n < 30; ++n) {
            model->apply(group_step(0));
            if (n % 3 == 0) model->expire(at(2));
            if (n % 3 == 1) model->clear();
        }
        stop = true;
    }
    CHECK(failed_reads == 0);
    CHECK(model->find(id(1)));
}
