// Use case: turn records of the log into rows of the read model. Pure.
#pragma once

#include "gradesvc/app/topics.hpp"
#include "gradesvc/ports/read_model.hpp"

#include <memory>

namespace gradesvc::app {

/// One per projecting thread (reuses its buffers).
class projector {
public:
    explicit projector(topics names);
    ~projector();

    /// Rows of `records`; those that mean nothing to the read model (no JSON, no id) give none.
    ports::projection operator()(std::span<const ports::record> records);

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

} // namespace gradesvc::app
