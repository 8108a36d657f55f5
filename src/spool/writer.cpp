#include "spool/writer.hpp"

#include "gradesvc/faults/fault.hpp"
#include "gradesvc/telemetry/log.hpp"

#include <algorithm>
#include <utility>

namespace gradesvc::spool {

using namespace std::chrono_literals;
using telemetry::level;

namespace {

// Large enough that the cost of a transaction vanishes, small enough that nobody waits long for one.
constexpr std::size_t batch_records = 4096;
constexpr std::size_t batch_bytes = 8 * 1024 * 1024;
constexpr std::size_t removed_at_once = 8192;
constexpr std::uint64_t worth_shrinking = 16 * 1024 * 1024;
constexpr auto retry_interval = 250ms;
constexpr auto complaint_interval = 10s;
constexpr auto lately = 3s;

} // namespace

writer::writer(const config& settings) : config_(settings), store_(settings.file), last_seq_(store_.found().last_seq) {
    records_ = store_.found().records;
    bytes_ = store_.found().bytes;
    refused_records_ = static_cast<std::size_t>(store_.found().refused);
    thread_ = std::thread([this] { run(); });
}

writer::~writer() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    work_.notify_one();
    thread_.join();
}

bool writer::has_room(std::int64_t size) const {
    return static_cast<std::uint64_t>(bytes_ + size) <= config_.limit_bytes &&
           static_cast<std::uint64_t>(records_) < config_.limit_records;
}

boost::system::error_code writer::append(std::int64_t seq, const ports::outgoing& record, ports::delivered& done) {
    entry made = make_entry(record, config_.id_header);
    const std::lock_guard lock(mutex_);
    if (!has_room(made.size())) {
        const bool told = records_ == 0 || std::exchange(full_, true); // too large for an empty one: it is not full
        if (!told && config_.limit_bytes > 0)
            telemetry::log(level::error, "the spool is full: submissions are refused",
                           {{"path", config_.file.native()}, {"count", records_}, {"bytes", bytes_}});
        return ports::log_errc::unavailable;
    }
    if (queue_bytes_ + made.bytes.size() > config_.queue_bytes) return ports::log_errc::queue_full;
    made.seq = seq;
    made.done = std::move(done);
    queue_bytes_ += made.bytes.size();
    bytes_ += made.size();
    ++records_;
    ++appended_;
    queue_.push_back(std::move(made));
    work_.notify_one();
    return {};
}

void writer::acknowledged(std::vector<std::int64_t> seqs) {
    const std::lock_guard lock(mutex_);
    acknowledged_.insert(acknowledged_.end(), seqs.begin(), seqs.end());
    last_removal_ = steady::now();
    work_.notify_one();
}

void writer::refused(std::int64_t seq) {
    const std::lock_guard lock(mutex_);
    refused_.push_back(seq);
    work_.notify_one();
}

std::vector<std::int64_t> writer::undeleted() const {
    const std::lock_guard lock(mutex_);
    auto all = acknowledged_;
    all.insert(all.end(), refused_.begin(), refused_.end());
    std::sort(all.begin(), all.end());
    return all;
}

std::uint64_t writer::pending() const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::uint64_t>(records_) - acknowledged_.size() - refused_.size();
}

std::uint64_t writer::records() const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::uint64_t>(records_);
}

std::uint64_t writer::bytes() const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::uint64_t>(bytes_);
}

std::uint64_t writer::refused_records() const {
    const std::lock_guard lock(mutex_);
    return refused_records_;
}

bool writer::accepting() const {
    const std::lock_guard lock(mutex_);
    return config_.limit_bytes > 0 && healthy_ && !full_ && has_room(0);
}

bool writer::drained_lately() const {
    const std::lock_guard lock(mutex_);
    return last_removal_ != steady::time_point{} && steady::now() - last_removal_ < lately;
}

bool writer::flush(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    const auto goal = appended_;
    return decided_.wait_for(lock, limit, [&] { return decided_count_ >= goal; });
}

void writer::run() {
    std::vector<entry> batch;
    for (;;) {
        bool removals = false;
        {
            std::unique_lock lock(mutex_);
            const auto something = [this] {
                const bool removable = !acknowledged_.empty() || !refused_.empty();
                return stopping_ || !queue_.empty() || ((removable || !healthy_) && steady::now() >= next_try_);
            };
            while (!something())
                if (healthy_)
                    work_.wait(lock);
                else
                    work_.wait_for(lock, retry_interval);
            std::size_t bytes = 0;
            for (; !queue_.empty() && batch.size() < batch_records && bytes < batch_bytes; queue_.pop_front()) {
                bytes += queue_.front().bytes.size();
                batch.push_back(std::move(queue_.front()));
            }
            queue_bytes_ -= bytes;
            removals = !acknowledged_.empty() || !refused_.empty();
            if (stopping_ && batch.empty() && (!removals || !healthy_)) return;
        }
        if (!batch.empty()) write(batch);
        if (removals) remove();
        if (removals) set_aside();
        upkeep();
    }
}

void writer::write(std::vector<entry>& batch) {
    boost::system::error_code error;
    try {
        faults::point("spool.taken");
        store_.append(batch);
        recovered();
    } catch (const SQLite::Exception& why) {
        failed(why);
        error = ports::log_errc::unavailable;
    }
    faults::point("spool.committed");
    if (error) {
        const std::lock_guard lock(mutex_);
        for (const auto& e : batch) bytes_ -= e.size();
        records_ -= static_cast<std::int64_t>(batch.size());
    }
    for (auto& e : batch) e.done({.error = error, .at = ports::durable::spool});
    const auto count = batch.size();
    batch.clear(); // outside the lock: what callbacks hold is destroyed here
    const std::lock_guard lock(mutex_);
    peak_bytes_ = std::max(peak_bytes_, static_cast<std::uint64_t>(bytes_));
    decided_count_ += count;
    decided_.notify_all();
}

// They stay in acknowledged_ until they are deleted, so that nobody takes them for undrained ones.
void writer::remove() {
    std::vector<std::int64_t> some;
    {
        const std::lock_guard lock(mutex_);
        some.assign(acknowledged_.begin(), acknowledged_.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                       acknowledged_.size(), removed_at_once)));
    }
    if (some.empty()) return;
    try {
        const auto gone = store_.remove(some);
        faults::point("spool.deleted");
        const std::lock_guard lock(mutex_);
        acknowledged_.erase(acknowledged_.begin(), acknowledged_.begin() + static_cast<std::ptrdiff_t>(some.size()));
        records_ -= gone.records;
        bytes_ -= gone.bytes;
        last_removal_ = steady::now();
        if (static_cast<std::uint64_t>(bytes_) <= config_.limit_bytes / 20 * 19) full_ = false;
    } catch (const SQLite::Exception& why) {
        failed(why);
    }
}

void writer::set_aside() {
    for (;;) try {
            std::int64_t seq = 0;
            {
                const std::lock_guard lock(mutex_);
                if (refused_.empty()) return;
                seq = refused_.front();
            }
            const auto gone = store_.set_aside(seq);
            const std::lock_guard lock(mutex_);
            refused_.erase(refused_.begin());
            refused_records_ += static_cast<std::size_t>(gone.records);
            records_ -= gone.records;
            bytes_ -= gone.bytes;
        } catch (const SQLite::Exception& why) {
            return failed(why);
        }
}

void writer::upkeep() {
    bool swollen = false;
    bool try_again = false;
    {
        const std::lock_guard lock(mutex_);
        swollen = records_ == 0 && healthy_ && peak_bytes_ >= worth_shrinking;
        if (swollen) peak_bytes_ = 0;
        try_again = !healthy_ && steady::now() >= next_try_;
    }
    if (swollen) store_.shrink();
    if (try_again) try {
            store_.try_writing();
            recovered();
        } catch (const SQLite::Exception& why) {
            failed(why);
        }
}

void writer::failed(const SQLite::Exception& error) {
    const std::lock_guard lock(mutex_);
    const auto now = steady::now();
    healthy_ = false;
    next_try_ = now + retry_interval;
    if (now < next_complaint_) return;
    next_complaint_ = now + complaint_interval;
    telemetry::log(level::error, "the spool cannot be written",
                   {{"path", config_.file.native()}, {"errc", error.what()}});
}

void writer::recovered() {
    const std::lock_guard lock(mutex_);
    next_try_ = {};
    if (std::exchange(healthy_, true)) return;
    telemetry::log(level::info, "the spool is written again", {{"path", config_.file.native()}});
}

} // namespace gradesvc::spool
