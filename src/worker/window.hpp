// One commit: the outputs of everything finished at a moment, with the checkpoints they lead to. Keeps the records
// until it is committed, for dead letters in place of outputs that the log refuses. Confined to the commit thread.
#pragma once

#include "gradesvc/telemetry/metrics.hpp"
#include "gradesvc/worker/worker.hpp"
#include "worker/job.hpp"

#include <span>
#include <vector>

namespace gradesvc::worker {

/// What one partition contributes.
struct share {
    std::int32_t partition = 0;
    std::uint64_t epoch = 0; ///< of the assignment that it belongs to
    std::vector<outcome> finished;
    std::size_t records = 0;
    std::size_t bytes = 0;
    std::vector<domain::submission_id> ids = {}; ///< of outcomes with output
    ports::checkpoint checkpoint;
};

class window {
public:
    explicit window(std::vector<share> shares);

    bool empty() const { return checkpoints_.empty(); }
    std::span<const ports::outgoing> outputs() const { return outputs_; }
    std::span<const ports::checkpoint> checkpoints() const { return checkpoints_; }
    std::span<const share> shares() const { return shares_; }

    /// Leaves out partitions that are not ours any more.
    void drop_shares(const std::function<bool(const share&)>& gone);

    /// Puts the dead letter of the record in the place of output `index`: with the original bytes, then without them.
    /// Throws log_error when even that was refused.
    void replace(std::size_t index, const collaborators& with);

    /// Counts what the window brought, after it is committed.
    void count(telemetry::metrics& metrics, ports::time_ms now) const;

private:
    struct origin {
        job_ptr source;
        bool scored = false;
        std::string_view reason;
        ports::time_ms accepted_at;
        int refused = 0;
    };
    std::vector<share> shares_; // without their outcomes
    std::vector<ports::outgoing> outputs_;
    std::vector<origin> origins_; // beside outputs_
    std::vector<ports::checkpoint> checkpoints_;
    std::size_t duplicates_ = 0;
};

} // namespace gradesvc::worker
