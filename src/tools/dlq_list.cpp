#include "codec/append_array.hpp"
#include "codec/object_writer.hpp"
#include "gradesvc/tools/dlq.hpp"
#include "tools/foreign_text.hpp"
#include "tools/letter_index.hpp"

#include <algorithm>
#include <iomanip>
#include <ostream>

namespace gradesvc::tools {

namespace {

constexpr std::size_t tests_shown = 5; // in text; JSON has all

/// All dead letters of one reason.
struct cause {
    std::string reason = {};
    std::size_t open = 0, replayed = 0, discarded = 0;
    std::optional<ports::time_ms> oldest = {}, newest = {}; // of the open ones
    std::map<std::string, std::size_t> tests = {};          // of the open ones
    const letter* example = nullptr;                        // an open one with a detail, where there is one
};

void count(cause& of, const letter& one, const std::string& test) {
    if (one.fate == app::letter_fate::replayed) ++of.replayed;
    if (one.fate == app::letter_fate::discarded) ++of.discarded;
    if (one.fate != app::letter_fate::open) return;
    ++of.open;
    of.oldest = std::min(of.oldest.value_or(one.failed_at), one.failed_at);
    of.newest = std::max(of.newest.value_or(one.failed_at), one.failed_at);
    ++of.tests[test];
    if (of.example == nullptr || (of.example->detail.empty() && !one.detail.empty())) of.example = &one;
}

/// The most open ones first.
std::vector<cause> by_cause(const letter_index& index, const dlq_selection& which) {
    std::map<std::string, cause> found;
    for (const auto& one : index.letters())
        if (index.selected(one, which)) count(found[index.reason(one)], one, index.test(one));
    std::vector<cause> causes;
    for (auto& [reason, of] : found) {
        of.reason = reason;
        causes.push_back(std::move(of));
    }
    std::stable_sort(causes.begin(), causes.end(), [](const auto& a, const auto& b) { return a.open > b.open; });
    return causes;
}

std::string age_text(ports::time_ms now, std::optional<ports::time_ms> then) {
    if (!then) return "-";
    const auto s = std::max<std::int64_t>(0, std::chrono::floor<std::chrono::seconds>(now - *then).count());
    if (s >= 86'400) return std::to_string(s / 86'400) + "d " + std::to_string(s % 86'400 / 3600) + "h";
    if (s >= 3600) return std::to_string(s / 3600) + "h " + std::to_string(s % 3600 / 60) + "m";
    return s >= 60 ? std::to_string(s / 60) + "m " + std::to_string(s % 60) + "s" : std::to_string(s) + "s";
}

std::string name_of(const letter& one) { return one.id ? one.id->to_string() : one.where.text(); }

std::string tests_text(const cause& of) {
    std::vector<std::pair<std::string, std::size_t>> tests(of.tests.begin(), of.tests.end());
    std::stable_sort(tests.begin(), tests.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    std::string text;
    for (std::size_t i = 0; i < std::min(tests.size(), tests_shown); ++i)
        text += (i == 0 ? "" : ", ") + (tests[i].first.empty() ? "?" : printable(tests[i].first)) + " (" +
                std::to_string(tests[i].second) + ")";
    if (tests.size() > tests_shown) text += " and " + std::to_string(tests.size() - tests_shown) + " more";
    return text;
}

void write_text(std::ostream& out, const std::vector<cause>& causes, ports::time_ms now) {
    if (causes.empty()) {
        out << "no dead letters\n";
        return;
    }
    const auto row = [&out](const auto& reason, const auto& open, const auto& replayed, const auto& discarded,
                            const auto& oldest, const auto& newest) {
        out << std::left << std::setw(20) << reason << std::right << std::setw(8) << open << std::setw(10) << replayed
            << std::setw(11) << discarded << std::setw(10) << oldest << std::setw(10) << newest << '\n';
    };
    row("reason", "open", "replayed", "discarded", "oldest", "newest");
    for (const auto& of : causes) {
        row(of.reason.empty() ? "?" : printable(of.reason), of.open, of.replayed, of.discarded,
            age_text(now, of.oldest), age_text(now, of.newest));
        if (of.example == nullptr) continue;
        out << "  tests: " << tests_text(of) << "\n  e.g. " << name_of(*of.example);
        if (!of.example->detail.empty()) out << ": " << printable(of.example->detail);
        out << '\n';
    }
}

void append_example(std::string& json, const letter& one) {
    codec::object_writer object(json);
    object.text_or_null("submission_id", one.id ? one.id->to_string() : std::string());
    object.integer("partition", one.where.partition).integer("offset", one.where.offset);
    append_bytes(object, "detail", one.detail);
    object.close();
}

void append_cause(std::string& json, const cause& of, ports::time_ms now) {
    const auto seconds = [&](const std::optional<ports::time_ms>& then) {
        return then ? std::optional(std::chrono::duration<double>(now - *then).count()) : std::nullopt;
    };
    const auto count_of = [](std::size_t n) { return static_cast<std::int64_t>(n); };
    codec::object_writer object(json);
    object.text_or_null("reason", printable(of.reason));
    object.integer("open", count_of(of.open)).integer("replayed", count_of(of.replayed));
    object.integer("discarded", count_of(of.discarded));
    object.time("oldest_failed_at", of.oldest).number("oldest_age_s", seconds(of.oldest));
    object.time("newest_failed_at", of.newest).number("newest_age_s", seconds(of.newest));
    codec::append_array(object.key("tests"), of.tests, [&](const auto& test) {
        codec::object_writer(json).text_or_null("test_id", test.first).integer("open", count_of(test.second)).close();
    });
    if (of.example)
        append_example(object.key("example"), *of.example);
    else
        object.null("example");
    object.close();
}

} // namespace

int run_dlq_list(const dlq_list_options& options, const dlq_parts& parts, std::ostream& out) {
    const letter_index index(parts.log, parts.names);
    const auto causes = by_cause(index, options.which);
    if (options.format == output_format::text) {
        write_text(out, causes, parts.now);
        return 0;
    }
    std::string json;
    std::int64_t open = 0;
    for (const auto& of : causes) open += static_cast<std::int64_t>(of.open);
    codec::object_writer object(json);
    object.integer("open", open);
    codec::append_array(object.key("causes"), causes, [&](const cause& of) { append_cause(json, of, parts.now); });
    object.close();
    out << json << '\n';
    return 0;
}

} // namespace gradesvc::tools
