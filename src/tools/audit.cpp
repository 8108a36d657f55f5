#include "gradesvc/tools/audit.hpp"

#include "codec/object_writer.hpp"
#include "tools/progress_line.hpp"

#include <algorithm>
#include <array>
#include <iomanip>
#include <map>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace gradesvc::tools {

namespace {

using audit::counts;
using audit::finding;
using audit::finding_kind;

constexpr std::size_t max_listed = 20; // findings of a kind, as text
constexpr std::size_t max_rows = 200;  // of the table, as text

struct column {
    const char* name; // in JSON; in text with blanks
    std::int64_t counts::*value;
};

// accepted is the sum of the five that follow.
constexpr std::array columns = {column{"accepted", &counts::accepted},
                                column{"scored", &counts::scored},
                                column{"dead", &counts::dead},
                                column{"in_flight", &counts::in_flight},
                                column{"missing", &counts::missing},
                                column{"expired", &counts::expired},
                                column{"doubled", &counts::doubled},
                                column{"repeated", &counts::repeated},
                                column{"out_of_order", &counts::out_of_order},
                                column{"stray", &counts::stray},
                                column{"duplicates", &counts::duplicates},
                                column{"replays", &counts::replays},
                                column{"discarded", &counts::discarded},
                                column{"orphans", &counts::orphans},
                                column{"unreadable", &counts::unreadable}};
constexpr std::size_t table_columns = 6;

std::string_view describe(finding_kind kind) {
    switch (kind) {
    case finding_kind::missing: return "missing: passed by the group, without result or dead letter";
    case finding_kind::doubled: return "doubled: one more outcome of the same submission";
    case finding_kind::repeated:
        return "repeated: the same outcome again, with the same ce_id, as at-least-once allows";
    case finding_kind::order: return "order: scored before an earlier submission of its user";
    case finding_kind::stray: return "stray: an outcome that names another submission, or one that never was";
    }
    return {};
}

std::int64_t age_seconds(const counts& sums, ports::time_ms now) {
    if (!sums.oldest_in_flight) return 0;
    return std::max<std::int64_t>(std::chrono::floor<std::chrono::seconds>(now - *sums.oldest_in_flight).count(), 0);
}

/// Writes what comes to `out`.
class printer : public audit::audience {
public:
    printer(const audit_options& options, const app::topics& names, std::ostream& out, std::ostream& err)
        : options_(options), names_(names), out_(out), progress_(err, "gradesvc audit: ", options.terminal) {}

    void found(const finding& one) override {
        if (options_.format == output_format::json) return write_json(one);
        auto& listed = listed_[one.kind];
        ++listed.count;
        if (listed.lines.size() < max_listed) listed.lines.push_back(line_of(one));
    }

    void counted(std::int32_t partition, std::string_view test_id, const counts& sums) override {
        if (options_.format == output_format::json) return write_json(partition, test_id, sums);
        if (sums.accepted == 0) return;
        if (rows_.size() < max_rows)
            rows_.push_back({std::string(test_id.empty() ? "-" : test_id), partition, sums});
        else
            ++more_rows_;
    }

    void progress(std::int64_t records, std::int64_t of_about) override {
        progress_.show(static_cast<std::uint64_t>(records), static_cast<std::uint64_t>(of_about));
    }

    void sum_up(const counts& sums) {
        if (options_.format == output_format::json)
            write_json(sums);
        else
            write_text(sums);
        out_.flush();
        if (!out_) throw std::runtime_error("the findings cannot be written");
    }

private:
    struct listing {
        std::int64_t count = 0;
        std::vector<std::string> lines;
    };
    struct row {
        std::string test_id;
        std::int32_t partition;
        counts sums;
    };

    const std::string& topic_of(const audit::outcome_place& place) const {
        return place.kind == audit::outcome_kind::result ? names_.results : names_.dead_letters;
    }

    std::string line_of(const finding& one) const {
        std::ostringstream line;
        line << "  " << one.id.to_string();
        if (!one.test_id.empty()) line << "  test " << one.test_id;
        if (one.offset >= 0) line << "  " << names_.submissions << ' ' << one.partition << '/' << one.offset;
        if (one.outcome) {
            line << "  " << topic_of(*one.outcome) << ' ' << one.outcome->partition << '/' << one.outcome->offset;
            if (one.revision > 0) line << ", revision " << one.revision;
        }
        return line.str();
    }

    void write_json(const finding& one) {
        std::string text;
        codec::object_writer line(text);
        line.text("kind", audit::to_string(one.kind))
            .text("submission_id", one.id.to_string())
            .text_or_null("test_id", one.test_id)
            .integer("partition", one.partition)
            .integer("offset", one.offset >= 0 ? std::optional(one.offset) : std::nullopt);
        if (one.outcome)
            codec::object_writer(line.key("outcome"))
                .text("topic", topic_of(*one.outcome))
                .integer("partition", one.outcome->partition)
                .integer("offset", one.outcome->offset)
                .integer("revision", one.revision > 0 ? std::optional(one.revision) : std::nullopt)
                .close();
        else
            line.null("outcome");
        line.close();
        out_ << text << '\n';
    }

    void append(codec::object_writer& line, const counts& sums) const {
        for (const auto& c : columns) line.integer(c.name, sums.*c.value);
        line.integer("oldest_in_flight_seconds",
                     sums.oldest_in_flight ? std::optional(age_seconds(sums, options_.how.now)) : std::nullopt);
    }

    void write_json(std::int32_t partition, std::string_view test_id, const counts& sums) {
        std::string text;
        codec::object_writer line(text);
        line.text("kind", "counts").text_or_null("test_id", test_id).integer("partition", partition);
        append(line, sums);
        line.close();
        out_ << text << '\n';
    }

    void write_json(const counts& sums) {
        std::string text;
        codec::object_writer line(text);
        line.text("kind", "summary").text("group", options_.how.group);
        append(line, sums);
        line.integer("faults", sums.faults()).close();
        out_ << text << '\n';
    }

    void write_table() {
        std::size_t width = 4;
        for (const auto& one : rows_) width = std::max(width, one.test_id.size());
        out_ << std::left << std::setw(static_cast<int>(width)) << "test" << std::right << "  partition";
        for (std::size_t i = 0; i < table_columns; ++i) out_ << std::setw(12) << shown(columns[i].name);
        out_ << '\n';
        for (const auto& one : rows_) {
            out_ << std::left << std::setw(static_cast<int>(width)) << one.test_id << std::right << std::setw(11)
                 << one.partition;
            for (std::size_t i = 0; i < table_columns; ++i) out_ << std::setw(12) << one.sums.*columns[i].value;
            out_ << '\n';
        }
        if (more_rows_ > 0) out_ << "… and " << more_rows_ << " more rows: --format json has all\n";
    }

    static std::string shown(std::string name) {
        std::ranges::replace(name, '_', ' ');
        return name;
    }

    void write_text(const counts& sums) {
        if (!rows_.empty()) write_table();
        out_ << "accepted " << sums.accepted << " = scored " << sums.scored << " + dead " << sums.dead
             << " + in flight " << sums.in_flight << " + missing " << sums.missing << " + expired " << sums.expired
             << '\n';
        if (sums.oldest_in_flight)
            out_ << "the oldest in flight was accepted " << age_seconds(sums, options_.how.now) << " s ago\n";
        for (std::size_t i = table_columns; i < columns.size(); ++i)
            if (const auto count = sums.*columns[i].value; count > 0)
                out_ << shown(columns[i].name) << ' ' << count << '\n';
        for (const auto& [kind, listed] : listed_) {
            out_ << describe(kind) << ": " << listed.count << '\n';
            for (const auto& line : listed.lines) out_ << line << '\n';
            if (const auto more = listed.count - static_cast<std::int64_t>(listed.lines.size()); more > 0)
                out_ << "  … and " << more << " more: --format json has all\n";
        }
        if (sums.faults() == 0) out_ << "nothing lost, nothing doubled, every user in order\n";
    }

    const audit_options& options_;
    const app::topics& names_;
    std::ostream& out_;
    progress_line progress_;
    std::map<finding_kind, listing> listed_;
    std::vector<row> rows_;
    std::int64_t more_rows_ = 0;
};

} // namespace

int run_audit(const audit_options& options, ports::log& log, const app::topics& names, std::ostream& out,
              std::ostream& err) {
    printer to(options, names, out, err);
    const auto sums = audit::run_audit(log, names, options.how, to);
    to.sum_up(sums);
    return sums.faults() > 0 ? 1 : 0;
}

} // namespace gradesvc::tools
