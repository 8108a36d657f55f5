#include "tools/letter_index.hpp"

#include "codec/text.hpp"
#include "tools/topic_scan.hpp"

#include <algorithm>

namespace gradesvc::tools {

namespace {

constexpr std::size_t max_reason = 64;        // bytes; foreign ones may be anything
constexpr std::size_t max_detail = 160;       // bytes kept for the list
constexpr std::size_t details_kept = 100'000; // letters

} // namespace

std::uint32_t text_table::number_of(std::string_view text) {
    const auto [at, added] = numbers_.try_emplace(std::string(text), static_cast<std::uint32_t>(texts_.size()));
    if (added) texts_.push_back(&at->first);
    return at->second;
}

std::string test_of(codec::json_document& document, std::string_view value) {
    if (!document.parse(value).empty() || !document.root().is(codec::json_kind::object)) return "";
    const auto test = document.root().find("test_id");
    if (!test || !(test.is(codec::json_kind::string) || test.is(codec::json_kind::integer))) return "";
    return codec::code_points(test.text()) <= codec::max_id_length ? std::string(test.text()) : std::string();
}

letter_index::letter_index(ports::log& log, const app::topics& names) {
    scan_topics(log, {names.dead_letters}, {}, [this](const ports::record& record) { add(record); });
    std::sort(letters_.begin(), letters_.end(), [](const auto& a, const auto& b) { return a.where < b.where; });
    for (const auto& [where, fate] : marks_) {
        const auto at = std::lower_bound(letters_.begin(), letters_.end(), where,
                                         [](const letter& one, const auto& position) { return one.where < position; });
        if (at != letters_.end() && at->where == where) at->fate = fate;
    }
}

void letter_index::add(const ports::record& record) {
    if (const auto mark = app::read_mark(record)) {
        if (mark->of) marks_.insert_or_assign(*mark->of, mark->fate);
        return;
    }
    const auto found = app::read_dead_letter(record);
    if (found.replay) marks_.try_emplace(*found.replay, app::letter_fate::replayed);
    letters_.push_back({.where = found.where,
                        .id = found.id,
                        .reason = reasons_.number_of(codec::cut(found.reason, max_reason)),
                        .test = tests_.number_of(test_of(document_, record.value)),
                        .failed_at = found.failed_at,
                        .replayable = found.replayable});
    if (letters_.size() <= details_kept) letters_.back().detail = codec::cut(found.detail, max_detail);
}

bool letter_index::selected(const letter& one, const dlq_selection& by) const {
    if (by.id) {
        const auto where = app::letter_position::parse(*by.id);
        return where ? one.where == *where : one.id && one.id == domain::submission_id::parse(*by.id);
    }
    return (!by.reason || reason(one) == *by.reason) && (!by.test || test(one) == *by.test);
}

} // namespace gradesvc::tools
