#include "embedded/consumer.hpp"

#include "embedded/catalog.hpp"
#include "embedded/routing.hpp"

#include <stdexcept>

namespace gradesvc::embedded {

consumer::consumer(shared_state& state, writer& writer, std::size_t max_record_bytes,
                   const ports::consumer_options& options)
    : state_(state),
      writer_(writer),
      max_record_bytes_(max_record_bytes),
      group_name_(options.group),
      source_(state.file) {
    std::unique_lock lock(state_.mutex);
    topic_ = &state_.find(options.topic);
    auto& slot = state_.groups[{options.group, options.topic}];
    if (!slot) {
        auto made = std::make_unique<group_state>(topic_->partitions);
        made->committed = load_positions(state_, options.group, *topic_);
        slot = std::move(made);
    }
    group_ = slot.get();
    member_ = group_->members.join(options.instance);
    state_.changed.notify_all();
}

consumer::~consumer() { leave(); }

void consumer::leave() {
    const std::lock_guard lock(state_.mutex);
    group_->members.leave(member_);
    state_.changed.notify_all();
}

std::int64_t consumer::end(std::int32_t partition) {
    const std::lock_guard lock(state_.mutex);
    return state_.extents[static_cast<std::size_t>(topic_->first_slot + partition)].end;
}

void consumer::release() {
    const std::lock_guard lock(state_.mutex);
    group_->members.release(member_);
    state_.changed.notify_all();
}

ports::polled consumer::poll(std::chrono::milliseconds timeout) {
    ports::polled news;
    {
        std::unique_lock lock(state_.mutex);
        state_.changed.wait_for(lock, timeout, [this] {
            state_.check();
            return group_->members.has_events(member_) || cursors_.look(state_);
        });
        follow(news);
        cursors_.look(state_);
    }
    news.records = cursors_.read(source_);
    return news;
}

/// Takes over what the group has decided. The state's mutex is held.
void consumer::follow(ports::polled& news) {
    auto events = group_->members.take_events(member_);
    news.lost = std::move(events.lost);
    news.losing = std::move(events.losing);
    for (const auto p : news.lost) cursors_.remove(p);
    for (const auto p : news.losing) cursors_.remove(p);
    for (const auto p : events.gained) news.gained.push_back(take_over(p));
}

ports::assignment consumer::take_over(std::int32_t partition) {
    const extent& reach = state_.extents[static_cast<std::size_t>(topic_->first_slot + partition)];
    ports::assignment got{.partition = partition, .position = reach.first, .committed = false, .note = {}};
    if (const auto it = group_->committed.find(partition); it != group_->committed.end())
        got = {partition, it->second.position, true, it->second.note}; // the note is relative to that position
    cursors_.add(*topic_, partition, reach.start(got.position));
    return got;
}

ports::commit_result consumer::commit(std::span<const ports::outgoing> outputs,
                                      std::span<const ports::checkpoint> checkpoints) {
    for (const auto& c : checkpoints)
        if (c.note.size() > ports::max_note) throw std::invalid_argument("the note of a checkpoint is too long");

    commit_request request{group_name_, *topic_, *group_, member_, {}, checkpoints};
    const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        if (size_of(outputs[i]) > max_record_bytes_) return {ports::log_errc::too_large, i};
        const auto where = route(state_, outputs[i]);
        request.outputs.add(where.first_slot, where.partition, now, outputs[i]);
    }
    writer_.commit(request);
    const std::lock_guard lock(state_.mutex);
    state_.check();
    return {request.error};
}

} // namespace gradesvc::embedded
