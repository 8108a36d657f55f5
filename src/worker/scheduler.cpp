#include "worker/scheduler.hpp"

#include <algorithm>
#include <utility>

namespace gradesvc::worker {

std::optional<outcome> scheduler::add(job_ptr work) {
    const ports::record& r = work->record;
    queue& q = queues_.try_emplace(r.partition).first->second;
    q.partition = r.partition;
    chain& c = chain_of(q, r);
    if (!orphans_.empty()) {
        auto found = orphans_.extract(place(r.partition, r.offset));
        const bool adopt = !found.empty() && c.idle() && c.out.empty();
        if (adopt && found.mapped().done) {
            settle(c);
            return std::move(found.mapped().done);
        }
        if (adopt) {
            // The record is the same, byte for byte: go on with the job that runs already.
            job& running = const_cast<job&>(*found.mapped().running);
            running.home = &c;
            c.out.push_back(&running);
            ++q.out;
            ++out_;
            return std::nullopt;
        }
    }
    const bool first = c.idle() && c.out.empty();
    c.waiting.push_back(std::move(work));
    ++q.waiting;
    ++waiting_;
    if (first) make_ready(c);
    return std::nullopt;
}

chain& scheduler::chain_of(queue& q, const ports::record& r) {
    if (r.key) {
        if (auto it = q.by_key.find(*r.key); it != q.by_key.end()) return *it->second;
    }
    chain& c = q.chains.emplace_front();
    c.id = next_chain_++;
    c.of = &q;
    c.self = q.chains.begin();
    if (r.key) {
        c.key = *r.key;
        c.keyed = true;
        q.by_key.emplace(c.key, &c);
    }
    return c;
}

void scheduler::take(std::size_t n, steady::time_point now, std::vector<taken>& to) {
    promote(now);
    const std::size_t first = to.size();
    while (to.size() - first < n && !turn_.empty()) {
        queue& q = *turn_.front();
        turn_.pop_front();
        chain& c = *q.ready.front();
        q.ready.pop_front();
        take_one(c, to);
        q.listed = !q.ready.empty();
        if (q.listed) turn_.push_back(&q);
    }
    bool more = true;
    for (const std::size_t users = to.size(); more && to.size() - first < n;) {
        more = false;
        for (std::size_t i = first; i < users && to.size() - first < n; ++i) {
            chain& c = *to[i].work->home;
            if (c.idle()) continue;
            take_one(c, to);
            more = true;
        }
    }
}

void scheduler::take_one(chain& c, std::vector<taken>& to) {
    job_ptr work = pop(c);
    work->home = &c;
    c.out.push_back(work.get());
    ++c.of->out;
    ++out_;
    to.push_back({std::move(work), c.id});
}

job_ptr scheduler::pop(chain& c) {
    job_ptr work = std::move(c.waiting[c.head++]);
    if (c.idle()) {
        c.waiting.clear();
        c.head = 0;
    } else if (c.head >= 64 && c.head * 2 >= c.waiting.size()) {
        c.waiting.erase(c.waiting.begin(), c.waiting.begin() + static_cast<std::ptrdiff_t>(c.head));
        c.head = 0;
    }
    --c.of->waiting;
    --waiting_;
    return work;
}

bool scheduler::finished(job& work) {
    if (work.home == nullptr) return false;
    chain& c = *work.home;
    leave(work);
    settle(c);
    return true;
}

void scheduler::give_back(job_ptr work) {
    if (work->home == nullptr) {
        auto it = orphans_.find(place(work->record.partition, work->record.offset));
        if (it != orphans_.end() && it->second.running == work.get()) orphans_.erase(it);
        return;
    }
    chain& c = *work->home;
    leave(*work);
    if (!c.of->closed) put_back(c, std::move(work));
    settle(c);
}

void scheduler::retry_at(job_ptr work, steady::time_point when) {
    if (work->home != nullptr) work->home->not_before = when;
    give_back(std::move(work));
}

void scheduler::park(outcome done) {
    const ports::record& r = done.source->record;
    auto it = orphans_.find(place(r.partition, r.offset));
    if (it == orphans_.end() || it->second.running != done.source.get()) return;
    it->second.done = std::move(done);
}

job_ptr scheduler::replace(job& running) {
    if (running.home == nullptr) {
        orphans_.erase(place(running.record.partition, running.record.offset));
        return nullptr;
    }
    auto made = std::make_unique<job>();
    made->record = copy_of(running.record);
    made->bytes = running.bytes;
    made->attempts = running.attempts;
    made->suspect = true;
    made->home = std::exchange(running.home, nullptr);
    std::ranges::replace(made->home->out, &running, made.get());
    return made;
}

void scheduler::put_back(chain& c, job_ptr work) {
    auto at = c.waiting.begin() + static_cast<std::ptrdiff_t>(c.head);
    while (at != c.waiting.end() && (*at)->record.offset < work->record.offset) ++at;
    if (c.head > 0 && at == c.waiting.begin() + static_cast<std::ptrdiff_t>(c.head))
        c.waiting[--c.head] = std::move(work);
    else
        c.waiting.insert(at, std::move(work));
    ++c.of->waiting;
    ++waiting_;
}

void scheduler::leave(job& work) {
    chain& c = *std::exchange(work.home, nullptr);
    std::erase(c.out, &work);
    --c.of->out;
    --out_;
}

void scheduler::settle(chain& c) {
    if (!c.out.empty()) return;
    if (c.idle())
        erase(c);
    else if (c.not_before != steady::time_point{})
        delayed_.emplace(c.not_before, &c);
    else
        make_ready(c);
}

void scheduler::erase(chain& c) {
    queue& q = *c.of;
    if (c.keyed) q.by_key.erase(c.key);
    q.chains.erase(c.self);
}

void scheduler::make_ready(chain& c) {
    queue& q = *c.of;
    q.ready.push_back(&c);
    list(q);
}

void scheduler::list(queue& q) {
    if (!q.held && !q.ready.empty() && !std::exchange(q.listed, true)) turn_.push_back(&q);
}

void scheduler::hold(std::int32_t partition) {
    queue& q = queues_.try_emplace(partition).first->second;
    q.partition = partition;
    q.held = true;
    std::erase(turn_, &q);
    q.listed = false;
}

void scheduler::open(std::int32_t partition) {
    auto it = queues_.find(partition);
    if (it == queues_.end() || it->second.closed) return;
    it->second.held = false;
    list(it->second);
}

void scheduler::promote(steady::time_point now) {
    while (!delayed_.empty() && delayed_.begin()->first <= now) {
        chain& c = *delayed_.begin()->second;
        delayed_.erase(delayed_.begin());
        c.not_before = {};
        make_ready(c);
    }
}

void scheduler::close(std::int32_t partition) {
    auto it = queues_.find(partition);
    if (it == queues_.end()) return;
    queue& q = it->second;
    std::erase_if(delayed_, [&](const auto& entry) { return entry.second->of == &q; });
    std::erase(turn_, &q);
    q.listed = false;
    q.closed = true;
    q.ready.clear();
    waiting_ -= std::exchange(q.waiting, 0);
    for (auto c = q.chains.begin(); c != q.chains.end();) {
        chain& closed = *c++;
        closed.waiting.clear();
        closed.head = 0;
        if (closed.out.empty()) erase(closed);
    }
}

void scheduler::drop(std::int32_t partition, orphans what) {
    if (what == orphans::discard) forget_orphans(partition, INT64_MAX);
    close(partition);
    auto it = queues_.find(partition);
    if (it == queues_.end()) return;
    for (chain& c : it->second.chains) {
        for (job* work : c.out) {
            work->home = nullptr;
            if (what == orphans::adopt) orphans_[place(partition, work->record.offset)] = orphan{work, std::nullopt};
        }
    }
    out_ -= it->second.out;
    queues_.erase(it);
}

void scheduler::forget_orphans(std::int32_t partition, std::int64_t position) {
    orphans_.erase(orphans_.lower_bound(place(partition, INT64_MIN)), orphans_.lower_bound(place(partition, position)));
}

void scheduler::clear() {
    while (!queues_.empty()) drop(queues_.begin()->first, orphans::discard);
    orphans_.clear();
}

bool scheduler::has_ready(steady::time_point now) const {
    return !turn_.empty() || (!delayed_.empty() && delayed_.begin()->first <= now);
}

std::optional<steady::time_point> scheduler::next_retry() const {
    if (delayed_.empty()) return std::nullopt;
    return delayed_.begin()->first;
}

std::size_t scheduler::out_of(std::int32_t partition) const {
    auto it = queues_.find(partition);
    return it == queues_.end() ? 0 : it->second.out;
}

} // namespace gradesvc::worker
