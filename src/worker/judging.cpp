// What becomes of finished outcomes: whether their submission had an outcome before.
#include "gradesvc/telemetry/log.hpp"
#include "worker/core.hpp"

namespace gradesvc::worker {
namespace {

/// The position moves on, nothing is written.
void pass_over(outcome& o) {
    const ports::record& r = o.source->record;
    telemetry::log(telemetry::level::debug, "a submission that has its outcome came again",
                   {{"topic", r.topic}, {"partition", r.partition}, {"offset", r.offset}});
    o.duplicate = true;
    o.result.output = {};
}

} // namespace

void core::conclude(outcome done) {
    const job& source = *done.source;
    if (source.home != nullptr && known.on()) {
        const std::int32_t partition = source.record.partition;
        auto now = judgement::fresh;
        if (held.holds_up(source.home))
            now = judgement::unknown;
        else if (done.result.id)
            now = known.judge(partition, *done.result.id, with.clock.now());
        if (now == judgement::unknown) {
            const held_partition* p = table.find(partition);
            if (draining || p == nullptr || p->losing)
                jobs.give_back(std::move(done.source)); // whoever gets the partition scores it again
            else
                held.hold(std::move(done));
            return;
        }
        if (now == judgement::duplicate) pass_over(done);
    }
    if (jobs.finished(*done.source))
        to_commit(std::move(done));
    else
        jobs.park(std::move(done));
}

void core::adopt(outcome done) {
    if (known.on() && done.result.id) {
        const auto now = known.judge(done.source->record.partition, *done.result.id, with.clock.now());
        if (now == judgement::unknown) {
            jobs.add(std::move(done.source));
            return;
        }
        if (now == judgement::duplicate) pass_over(done);
    }
    to_commit(std::move(done));
}

void core::judge_again(std::int32_t partition) {
    for (outcome& o : held.take(partition)) conclude(std::move(o));
    notice_finished();
    wake_scorers();
}

void core::release_held(std::int32_t partition) {
    for (outcome& o : held.take(partition)) jobs.give_back(std::move(o.source));
}

void core::begin_knowing(std::int32_t partition) {
    if (!known.on()) return;
    to_recall.emplace_back(partition, known.gain(partition));
    recall.notify_one();
}

} // namespace gradesvc::worker
