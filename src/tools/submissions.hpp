// What tools that read submissions share: the definition, its submissions line by line, and refusals in words.
#pragma once

#include "codec/submission_decoder.hpp"
#include "gradesvc/domain/errc.hpp"
#include "gradesvc/domain/test_definition.hpp"
#include "gradesvc/scoring/scorer.hpp"

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gradesvc::tools {

/// A refusal on one line.
std::string tell(const domain::refusal& why);

/// The word of `failure.code` for a line that was not scored.
std::string_view failure_code(domain::errc code);

struct definition_file {
    std::string json;
    domain::test_definition definition;
};

/// Throws std::runtime_error when the file cannot be read or its definition is not valid.
definition_file load_definition(const std::string& path);

/// Throws std::runtime_error when the definition of that file is beyond the engine.
std::shared_ptr<const scoring::scorer> compile_scorer(const std::string& path, domain::test_definition definition);

/// Lines as submissions of one test. One per thread.
class submission_reader {
public:
    explicit submission_reader(std::shared_ptr<const scoring::scorer> scorer);

    const scoring::scorer& scorer() const { return *scorer_; }
    std::int64_t version() const { return version_; } ///< of the test

    /// The submission of a line, checked, until the next read; or why there is none.
    domain::outcome<const domain::submission*> read(std::string_view line);

    // Of the last one read.
    const std::string& id() const { return id_; } ///< that in the line, else that of its key, else ""
    std::string answers_sha256() { return decoder_.answers_sha256(); }

private:
    void read_id(std::string_view line, const domain::submission&, std::vector<domain::field_error>& errors);

    std::shared_ptr<const scoring::scorer> scorer_;
    std::int64_t version_;
    codec::submission_decoder decoder_;
    codec::json_document document_;
    std::string id_;
};

/// Calls `use` with number and text of every line that is not blank, of a file, or of `in` without one. Throws
/// std::runtime_error when they cannot be read to the end.
void for_each_line(const std::optional<std::string>& file, std::istream& in,
                   const std::function<void(std::int64_t, std::string_view)>& use);

} // namespace gradesvc::tools
