// Records on their way into the file, with all their bytes in one buffer that is reused. Not thread-safe.
#pragma once

#include "gradesvc/ports/record.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradesvc::embedded {

/// Bytes of a record as limits count them.
std::size_t size_of(const ports::outgoing& record);

class batch {
public:
    struct entry {
        std::int32_t slot = 0;
        std::int32_t partition = 0;
        std::int64_t time_ms = 0;
        std::int64_t offset = -1; ///< given by the writer
        std::size_t at = 0;
        std::size_t key_size = 0;
        std::size_t headers_size = 0;
        std::size_t value_size = 0;
        bool has_key = false;
    };

    /// Copies the bytes of `record`.
    void add(std::int32_t first_slot, std::int32_t partition, ports::time_ms time, const ports::outgoing& record);
    void clear();

    std::vector<entry>& entries() { return entries_; }
    const std::vector<entry>& entries() const { return entries_; }
    std::size_t bytes() const { return bytes_.size(); }

    std::optional<std::string_view> key(const entry& e) const;
    std::string_view headers(const entry& e) const;
    std::string_view value(const entry& e) const;

private:
    std::vector<entry> entries_;
    std::string bytes_;
};

} // namespace gradesvc::embedded
