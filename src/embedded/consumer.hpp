// ports::consumer on the embedded log.
#pragma once

#include "embedded/cursor.hpp"
#include "embedded/writer.hpp"

namespace gradesvc::embedded {

class consumer final : public ports::consumer {
public:
    consumer(shared_state& state, writer& writer, std::size_t max_record_bytes, const ports::consumer_options& options);
    ~consumer() override;

    ports::polled poll(std::chrono::milliseconds timeout) override;
    void pause(std::int32_t partition) override { cursors_.pause(partition, true); }
    void resume(std::int32_t partition) override { cursors_.pause(partition, false); }
    std::int64_t end(std::int32_t partition) override;
    void release() override;
    ports::commit_result commit(std::span<const ports::outgoing> outputs,
                                std::span<const ports::checkpoint> checkpoints) override;
    void leave() override;

private:
    void follow(ports::polled& news);
    ports::assignment take_over(std::int32_t partition);

    shared_state& state_;
    writer& writer_;
    const std::size_t max_record_bytes_;
    const std::string group_name_;
    topic* topic_ = nullptr;
    group_state* group_ = nullptr;
    member_id member_ = 0;
    cursor_set cursors_;
    record_source source_;
};

} // namespace gradesvc::embedded
