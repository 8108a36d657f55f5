#include "codec/object_writer.hpp"
#include "gradesvc/tools/dlq.hpp"
#include "tools/foreign_text.hpp"
#include "tools/letter_batches.hpp"
#include "tools/topic_scan.hpp"

#include <ostream>

namespace gradesvc::tools {

namespace {

/// What a selection comes to.
struct chosen {
    std::set<app::letter_position> open = {};
    std::size_t settled = 0;        ///< replayed or discarded already
    std::size_t not_replayable = 0; ///< open, but not to be handed in again
};

enum class need : std::uint8_t { any, replayable };

chosen choose(const letter_index& index, const dlq_selection& which, need what) {
    chosen found;
    for (const auto& one : index.letters()) {
        if (!index.selected(one, which)) continue;
        if (one.fate != app::letter_fate::open)
            ++found.settled;
        else if (what == need::replayable && !one.replayable)
            ++found.not_replayable;
        else
            found.open.insert(one.where);
    }
    return found;
}

bool missing(const chosen& found, const dlq_selection& which) {
    return which.id && found.open.empty() && found.settled == 0 && found.not_replayable == 0;
}

std::int32_t partitions_of(ports::log& log, const std::string& topic) {
    const std::vector<std::string> topics{topic};
    return static_cast<std::int32_t>(log.end(topics, log_patience).size());
}

std::int64_t as_integer(std::size_t n) { return static_cast<std::int64_t>(n); }

std::string letters(std::size_t n) { return std::to_string(n) + (n == 1 ? " dead letter" : " dead letters"); }

} // namespace

int run_dlq_replay(const dlq_replay_options& options, const dlq_parts& parts, std::ostream& out, std::ostream& err) {
    const auto found = choose(letter_index(parts.log, parts.names), options.which, need::replayable);
    if (missing(found, options.which)) {
        err << "gradesvc dlq replay: there is no dead letter of " << printable(*options.which.id) << '\n';
        return 1;
    }
    const auto partitions = partitions_of(parts.log, parts.names.submissions);
    letters_written written;
    if (!options.dry_run) {
        progress_line progress(err, "gradesvc dlq replay: ", options.terminal);
        written = write_for_letters(
            parts.log, parts.names,
            {.which = found.open,
             .first = [&](const ports::record& record) { return app::replay_of(record, parts.names, partitions); },
             .second = [&](const ports::record& record) { return app::replayed_mark(record, parts.now); },
             .rate = options.rate},
            progress);
    }
    const auto impossible = found.not_replayable + written.refused;
    if (options.format == output_format::json) {
        std::string json;
        codec::object_writer(json)
            .boolean("dry_run", options.dry_run)
            .integer("selected", as_integer(found.open.size()))
            .integer("replayed", as_integer(written.done))
            .integer("not_replayable", as_integer(impossible))
            .integer("settled_before", as_integer(found.settled))
            .close();
        out << json << '\n';
    } else {
        out << (options.dry_run ? "would replay " + letters(found.open.size()) : "replayed " + letters(written.done));
        if (found.settled > 0) out << ", " << found.settled << " replayed or discarded before";
        if (impossible > 0) out << ", " << impossible << " cannot be replayed: see gradesvc dlq show";
        out << '\n';
    }
    return impossible > 0 ? 1 : 0;
}

int run_dlq_discard(const dlq_discard_options& options, const dlq_parts& parts, std::ostream& out, std::ostream& err) {
    const auto found = choose(letter_index(parts.log, parts.names), options.which, need::any);
    if (missing(found, options.which)) {
        err << "gradesvc dlq discard: there is no dead letter of " << printable(*options.which.id) << '\n';
        return 1;
    }
    letters_written written;
    if (!options.dry_run) {
        progress_line progress(err, "gradesvc dlq discard: ", options.terminal);
        const auto mark = [&](const ports::record& record) {
            return app::discarded_mark(record, options.because, parts.now);
        };
        written = write_for_letters(parts.log, parts.names,
                                    {.which = found.open, .first = {}, .second = mark, .rate = 1e6}, progress);
    }
    if (options.format == output_format::json) {
        std::string json;
        codec::object_writer(json)
            .boolean("dry_run", options.dry_run)
            .integer("selected", as_integer(found.open.size()))
            .integer("discarded", as_integer(written.done))
            .integer("settled_before", as_integer(found.settled))
            .text("because", options.because)
            .close();
        out << json << '\n';
    } else {
        out << (options.dry_run ? "would discard " + letters(found.open.size()) : "discarded " + letters(written.done));
        if (found.settled > 0) out << ", " << found.settled << " replayed or discarded before";
        out << '\n';
    }
    if (written.done > 0)
        err << "gradesvc dlq discard: " << letters(written.done) << " discarded because: " << printable(options.because)
            << '\n';
    return 0;
}

} // namespace gradesvc::tools
