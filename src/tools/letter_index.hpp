// All dead letters of a log in short, and what became of each. Some hundred bytes a letter at most; the bytes of the
// submissions stay in the log. Confined to one thread.
#pragma once

#include "codec/json_document.hpp"
#include "gradesvc/app/dead_letters.hpp"
#include "gradesvc/ports/log.hpp"
#include "gradesvc/tools/dlq.hpp"

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace gradesvc::tools {

/// Short texts that many letters share, as numbers.
class text_table {
public:
    std::uint32_t number_of(std::string_view text);
    const std::string& text(std::uint32_t number) const { return *texts_[number]; }

private:
    std::unordered_map<std::string, std::uint32_t> numbers_;
    std::vector<const std::string*> texts_;
};

struct letter {
    app::letter_position where;
    std::optional<domain::submission_id> id;
    std::uint32_t reason = 0; ///< in reasons(); "" = none
    std::uint32_t test = 0;   ///< in tests(); "" = not known
    ports::time_ms failed_at{};
    app::letter_fate fate = app::letter_fate::open;
    bool replayable = false;
    std::string detail = {}; ///< its beginning, of the first some thousand letters
};

class letter_index {
public:
    /// Reads the whole topic. Throws ports::log_error.
    letter_index(ports::log& log, const app::topics& names);

    /// By partition and offset.
    const std::vector<letter>& letters() const { return letters_; }
    const std::string& reason(const letter& one) const { return reasons_.text(one.reason); }
    const std::string& test(const letter& one) const { return tests_.text(one.test); }

    /// Whether the selection names it, whatever became of it.
    bool selected(const letter& one, const dlq_selection& by) const;

private:
    void add(const ports::record& record);

    std::vector<letter> letters_;
    std::map<app::letter_position, app::letter_fate> marks_;
    text_table reasons_, tests_;
    codec::json_document document_;
};

/// The test that a submission names, "" where that cannot be read.
std::string test_of(codec::json_document& document, std::string_view value);

} // namespace gradesvc::tools
