// Builders of rows, and a folder of its own for each test.
#pragma once

#include "gradesvc/readmodel/sqlite.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <filesystem>
#include <string>
#include <utility>

namespace gradesvc::readmodel {

struct temp_folder : test::temp_folder {
    std::filesystem::path file() const { return path() / "view" / "readmodel.db"; }
};

inline ports::time_ms at(std::int64_t ms) { return ports::time_ms(std::chrono::milliseconds(1'700'000'000'000 + ms)); }

/// Ids that order like the numbers they are made of.
inline domain::submission_id id(std::uint64_t number) {
    std::array<std::uint8_t, 16> bytes{};
    for (std::size_t i = 0; i < 8; ++i) bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    return domain::submission_id(bytes);
}

inline ports::accepted_row accepted(std::uint64_t number, std::string user = "u", std::int64_t ms = 0) {
    ports::accepted_row row;
    row.id = id(number);
    row.user_id = std::move(user);
    row.test_id = "t";
    row.accepted_at = at(ms);
    row.topic = "test_submissions";
    row.offset = static_cast<std::int64_t>(number);
    return row;
}

inline ports::scored_row scored(ports::accepted_row row, std::int64_t revision, std::string document) {
    return {std::move(row), revision, at(1000 + revision), std::move(document)};
}

inline ports::failed_row failed(ports::accepted_row row, std::string code, std::int64_t ms = 500) {
    return {std::move(row), at(ms), std::move(code), "because", 3};
}

inline ports::projection accept_step(std::vector<ports::accepted_row> rows) {
    ports::projection p;
    p.accepted = std::move(rows);
    return p;
}

inline ports::projection step(ports::scored_row row) {
    ports::projection p;
    p.scored.push_back(std::move(row));
    return p;
}

inline ports::projection step(ports::failed_row row) {
    ports::projection p;
    p.failed.push_back(std::move(row));
    return p;
}

} // namespace gradesvc::readmodel
