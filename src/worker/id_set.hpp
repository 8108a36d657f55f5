// A set of submission ids that only grows: 16 bytes an id in one block that is half to seven eighths full, so 18 to 37
// bytes an id with its free places. A value; not thread-safe.
#pragma once

#include "gradesvc/domain/submission_id.hpp"

#include <cstddef>
#include <vector>

namespace gradesvc::worker {

class id_set {
public:
    using id = domain::submission_id;

    /// False: it was there.
    bool insert(const id& which);
    bool contains(const id& which) const;
    std::size_t size() const { return size_; }
    std::size_t bytes() const { return places_.capacity() * sizeof(id); }

private:
    std::size_t find(const id& which) const;
    void grow();

    std::vector<id> places_; // a power of two; the nil id is a free place
    std::size_t size_ = 0;
    bool nil_ = false; // whether the nil id is in
};

/// For hashed containers of ids. Anybody may choose ids, so it differs from process to process.
struct id_hash {
    std::size_t operator()(const domain::submission_id& id) const noexcept;
};

} // namespace gradesvc::worker
