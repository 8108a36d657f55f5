#include "fake_consumer.hpp"

namespace gradesvc::test {

fake_consumer::fake_consumer(fake_log& log) : log_(log) {
    const std::lock_guard lock(log_.mutex);
    log_.owned.clear();
    log_.paused.clear();
    log_.next = {};
    log_.offered.clear();
    log_.left = false;
}

fake_consumer::~fake_consumer() {
    if (log_.live_records != 0) std::terminate(); // records must not outlive their consumer
    log_.destroyed = true;
}

ports::polled fake_consumer::poll(std::chrono::milliseconds timeout) {
    std::unique_lock lock(log_.mutex);
    const auto now = std::chrono::steady_clock::now();
    if (last_poll_) log_.longest_gap = std::max(log_.longest_gap, now - *last_poll_);
    if (log_.on_poll) log_.on_poll();
    ++log_.polls;
    ports::polled got;
    log_.changed.wait_for(lock, timeout, [&] { return collect(got); });
    last_poll_ = std::chrono::steady_clock::now();
    return got;
}

void fake_consumer::pause(std::int32_t partition) {
    const std::lock_guard lock(log_.mutex);
    log_.paused.insert(partition);
}

void fake_consumer::resume(std::int32_t partition) {
    const std::lock_guard lock(log_.mutex);
    log_.paused.erase(partition);
}

std::int64_t fake_consumer::end(std::int32_t partition) {
    const std::lock_guard lock(log_.mutex);
    return log_.ends[partition];
}

void fake_consumer::release() {
    const std::lock_guard lock(log_.mutex);
    for (const std::int32_t p : losing_) log_.owned.erase(p);
    if (log_.give_again) log_.offered = losing_;
    losing_.clear();
    ++log_.releases;
}

ports::commit_result fake_consumer::commit(std::span<const ports::outgoing> outputs,
                                           std::span<const ports::checkpoint> checkpoints) {
    fake_log::commit_hook hook;
    std::map<std::int32_t, int> generations;
    {
        const std::lock_guard lock(log_.mutex);
        hook = log_.on_commit;
        generations = log_.generations;
    }
    if (hook) {
        if (auto result = hook(outputs, checkpoints); result.error) return result;
    }
    const std::lock_guard lock(log_.mutex);
    for (const auto& c : checkpoints) {
        if (!log_.owned.contains(c.partition) || log_.generations[c.partition] != generations[c.partition])
            return {ports::log_errc::fenced, 0};
        if (c.note.size() > ports::max_note) throw ports::log_error("note too long");
    }
    for (const auto& o : outputs)
        log_.outputs.push_back({o.partition, std::stoll(o.headers.at(0).value), o.key.value_or(""), o.value});
    for (const auto& c : checkpoints) log_.checkpoints[c.partition] = c;
    log_.windows.push_back(outputs.size());
    log_.changed.notify_all();
    if (log_.after_commit) log_.after_commit();
    return {};
}

ports::assignment fake_consumer::assignment(std::int32_t partition) const {
    auto it = log_.checkpoints.find(partition);
    if (it == log_.checkpoints.end()) return {.partition = partition, .committed = !log_.fresh, .note = {}};
    return {partition, it->second.position, true, it->second.note};
}

bool fake_consumer::collect(ports::polled& got) {
    got.lost = std::exchange(log_.next.lost, {});
    got.losing = std::exchange(log_.next.losing, {});
    for (const std::int32_t p : std::exchange(log_.offered, {})) got.gained.push_back(assignment(p));
    losing_.insert(losing_.end(), got.losing.begin(), got.losing.end());
    for (const auto& a : got.gained) {
        const auto& entries = log_.partitions[a.partition];
        const bool reset = log_.reset_beyond_end && a.position > log_.ends[a.partition];
        auto at = std::ranges::lower_bound(entries, reset ? 0 : a.position, {}, &fake_log::entry::offset);
        log_.owned[a.partition] = static_cast<std::size_t>(at - entries.begin());
        log_.paused.erase(a.partition);
        ++log_.generations[a.partition];
    }
    std::size_t room = log_.poll_limit;
    for (auto& [id, from] : log_.owned) {
        if (log_.paused.contains(id)) continue;
        const auto& entries = log_.partitions[id];
        for (; room > 0 && from < entries.size(); ++from, --room) got.records.push_back(make(id, entries[from]));
    }
    return !got.records.empty() || !got.lost.empty() || !got.losing.empty() || !got.gained.empty();
}

ports::record fake_consumer::make(std::int32_t partition, const fake_log::entry& e) {
    struct memory {
        std::atomic<int>& live;
        std::optional<std::string> key;
        std::string value;
    };
    auto* bytes = new memory{log_.live_records, e.key, e.value};
    ++log_.live_records;
    ports::record r;
    r.memory = {bytes, [](void* p) {
                    auto* m = static_cast<memory*>(p);
                    --m->live;
                    delete m;
                }};
    r.topic = "test_submissions";
    r.partition = partition;
    r.offset = e.offset;
    r.time = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) - e.age;
    if (bytes->key) r.key = *bytes->key;
    r.value = bytes->value;
    return r;
}

} // namespace gradesvc::test
