#include "tools/letter_batches.hpp"

#include "gradesvc/faults/fault.hpp"
#include "tools/topic_scan.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <thread>

namespace gradesvc::tools {

namespace {

using steady = std::chrono::steady_clock;

constexpr std::chrono::seconds delivery_patience{30}; // longer than a publisher tries
constexpr std::size_t most_letters = 500;             // of a batch
constexpr std::size_t most_bytes = 8 * 1024 * 1024;

struct pair_of_records {
    std::optional<ports::outgoing> first;
    ports::outgoing second;
};

/// What became of records that are published together; callbacks may come late.
struct deliveries {
    std::mutex mutex;
    std::vector<boost::system::error_code> errors; // guarded by mutex
};

/// Waits until all are decided; an undecided one counts as unknown.
std::vector<boost::system::error_code> publish_all(ports::publisher& publisher,
                                                   const std::vector<const ports::outgoing*>& records) {
    const auto seen = std::make_shared<deliveries>();
    seen->errors.assign(records.size(), ports::log_errc::outcome_unknown);
    for (std::size_t i = 0; i < records.size(); ++i)
        publisher.publish(*records[i], [seen, i](const ports::delivery& outcome) {
            const std::lock_guard lock(seen->mutex);
            seen->errors[i] = outcome.error;
        });
    publisher.flush(delivery_patience);
    const std::lock_guard lock(seen->mutex);
    return seen->errors;
}

class batch_writer {
public:
    batch_writer(ports::log& log, const letter_writing& what, progress_line& progress)
        : publisher_(log.make_publisher()),
          what_(what),
          progress_(progress),
          size_(static_cast<std::size_t>(std::clamp(what.rate / 10, 1.0, double(most_letters)))) {}

    void add(const ports::record& record) {
        pair_of_records both{std::nullopt, what_.second(record)};
        if (what_.first) {
            both.first = what_.first(record);
            bytes_ += record.value.size();
        }
        batch_.push_back(std::move(both));
        if (batch_.size() >= size_ || bytes_ >= most_bytes) flush();
    }

    void flush() {
        if (batch_.empty()) return;
        pace();
        write_first();
        faults::point("dlq.republished");
        write_second();
        faults::point("dlq.marked");
        batch_.clear();
        bytes_ = 0;
        progress_.show(written_.done + written_.refused, what_.which.size());
        if (stopped_) give_up(*stopped_);
    }

    letters_written written() const { return written_; }

private:
    /// Until the letters of this batch are due.
    void pace() {
        const std::chrono::duration<double> due(static_cast<double>(paced_) / what_.rate);
        std::this_thread::sleep_until(begin_ + std::chrono::duration_cast<steady::duration>(due));
        paced_ += batch_.size();
    }

    /// Leaves those in the batch whose record is durable.
    void write_first() {
        std::vector<const ports::outgoing*> records;
        for (const auto& both : batch_)
            if (both.first) records.push_back(&*both.first);
        if (records.empty()) return;
        const auto errors = publish_all(*publisher_, records);
        std::vector<pair_of_records> durable;
        for (std::size_t i = 0; i < batch_.size(); ++i) {
            if (!errors[i])
                durable.push_back(std::move(batch_[i]));
            else if (errors[i] == ports::log_errc::too_large)
                ++written_.refused;
            else
                stopped_ = errors[i];
        }
        batch_ = std::move(durable);
    }

    void write_second() {
        std::vector<const ports::outgoing*> records;
        for (const auto& both : batch_) records.push_back(&both.second);
        for (const auto& error : publish_all(*publisher_, records)) {
            if (error)
                stopped_ = error;
            else
                ++written_.done;
        }
    }

    [[noreturn]] void give_up(const boost::system::error_code& error) const {
        throw ports::log_unavailable("the log takes no more (" + error.message() + "); " +
                                     std::to_string(written_.done) + " of " + std::to_string(what_.which.size()) +
                                     " are done, run it again for the rest");
    }

    const std::unique_ptr<ports::publisher> publisher_;
    const letter_writing& what_;
    progress_line& progress_;
    const std::size_t size_;
    const steady::time_point begin_ = steady::now();
    std::size_t paced_ = 0;
    std::vector<pair_of_records> batch_;
    std::size_t bytes_ = 0;
    letters_written written_;
    std::optional<boost::system::error_code> stopped_;
};

} // namespace

letters_written write_for_letters(ports::log& log, const app::topics& names, const letter_writing& what,
                                  progress_line& progress) {
    if (what.which.empty()) return {};
    ports::positions from;
    for (const auto& where : what.which) from.try_emplace({names.dead_letters, where.partition}, where.offset);
    batch_writer writer(log, what, progress);
    scan_topics(log, {names.dead_letters}, from, [&](const ports::record& record) {
        if (what.which.contains({record.partition, record.offset})) writer.add(record);
    });
    writer.flush();
    return writer.written();
}

} // namespace gradesvc::tools
