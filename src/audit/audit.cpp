#include "gradesvc/audit/audit.hpp"

#include "audit/evidence.hpp"
#include "audit/partition_reader.hpp"
#include "gradesvc/app/dead_letters.hpp"
#include "worker/finished_offsets.hpp"

#include <algorithm>
#include <set>

namespace gradesvc::audit {

namespace {

constexpr std::chrono::seconds round_trip{10};

/// The audit of one log, partition after partition.
class auditor {
public:
    auditor(ports::log& log, const app::topics& names, const audit_options& how, audience& to)
        : log_(log), names_(names), how_(how), to_(to), evidence_(tests_) {}

    counts run() {
        look();
        read_dead_letters();
        for (const auto& [where, end] : of_topic(ends_, names_.submissions)) sums_ += partition(where.second);
        return sums_;
    }

private:
    /// Where everything ends, in an order that lets the service go on meanwhile and yet gives no false alarm:
    ///
    /// 1. the positions of the group. Whatever lies below them had its outcome written before they were committed (in the
    ///    same transaction, or before it under at-least-once).
    /// 2. the end of the outcomes, with what open transactions have written: a commit becomes visible in one partition
    ///    after the other, so that positions can be seen before the results that belong to them. All outcomes of 1 lie
    ///    below this end, and reading to it waits for their commit.
    /// 3. the end of the submissions. Every outcome below 2 is of a record that could be read before, so it lies below
    ///    this one.
    ///
    /// In another order, what is scored meanwhile would look lost, or scored without having been submitted.
    void look() {
        const std::vector<std::string> submissions{names_.submissions};
        const std::vector<std::string> outcomes{names_.results, names_.dead_letters};
        positions_ = log_.group_positions(how_.group, names_.submissions, round_trip);
        ends_ = log_.written_end(outcomes, round_trip);
        ends_.merge(log_.end(submissions, round_trip));
        const std::vector<std::string> all{names_.submissions, names_.results, names_.dead_letters};
        begins_ = log_.begin(all, round_trip);
        if (of_topic(ends_, names_.submissions).size() != of_topic(ends_, names_.results).size())
            throw ports::log_error(names_.submissions + " and " + names_.results +
                                   " have unequal numbers of partitions: results cannot be matched");
        for (const auto& [where, end] : ends_) total_ += std::max<std::int64_t>(end - begins_.at(where), 0);
    }

    void read_dead_letters() {
        std::set<app::letter_position> discarded;
        read(of_topic(begins_, names_.dead_letters), of_topic(ends_, names_.dead_letters), [&](const ports::record& r) {
            if (const auto mark = app::read_mark(r)) {
                if (mark->of && mark->fate == app::letter_fate::discarded) discarded.insert(*mark->of);
            } else if (auto found = evidence::dead_letter(r)) {
                dead_letters_.push_back(*std::move(found));
            } else {
                ++unreadable_;
            }
        });
        for (auto& [partition, letter] : dead_letters_)
            letter.discarded = discarded.contains({letter.at.partition, letter.at.offset});
        // Stable, for the first one of a submission must stay the first.
        std::ranges::stable_sort(dead_letters_, {}, &placed_outcome::partition);
        for (const auto& [where, begin] : of_topic(begins_, names_.dead_letters))
            if (begin > 0) dead_letters_expired_ = how_.now - how_.keep + how_.dedup_window;
    }

    counts partition(std::int32_t p) {
        ledger book(p, how_.delivery, tests_, [this](const finding& one) { to_.found(one); });
        read_submissions(book, p);
        const auto outcomes_expired = std::max(read_results(book, p), dead_letters_expired_); // unset is the least
        for (const auto& one : std::ranges::equal_range(dead_letters_, p, {}, &placed_outcome::partition))
            book.add(one.outcome);
        const auto position = positions_.find(p);
        const bool known = position != positions_.end();
        worker::finished_offsets done(known ? position->second.position : 0);
        if (known) done.restore(position->second.note);
        book.settle([&](std::int64_t offset) { return known && done.is_finished(offset); }, outcomes_expired);
        return report(p, book.by_test());
    }

    void read_submissions(ledger& book, std::int32_t p) {
        const auto from = of_partition(begins_, names_.submissions, p), to = of_partition(ends_, names_.submissions, p);
        book.reserve(static_cast<std::size_t>(std::max<std::int64_t>(to.begin()->second - from.begin()->second, 0)));
        read(from, to, [&](const ports::record& r) { book.add(evidence_.submission(r)); });
        // Asked after reading: what has expired meanwhile was read, or is below this.
        const std::vector<std::string> submissions{names_.submissions};
        book.close(log_.begin(submissions, round_trip).at({names_.submissions, p}));
    }

    /// Until when a submission can have had a result that has expired.
    std::optional<ports::time_ms> read_results(ledger& book, std::int32_t p) {
        std::optional<ports::time_ms> first;
        read(of_partition(begins_, names_.results, p), of_partition(ends_, names_.results, p),
             [&](const ports::record& r) {
                 if (!first) first = r.time;
                 if (const auto result = evidence_.result(r))
                     book.add(*result);
                 else
                     ++unreadable_;
             });
        const std::vector<std::string> results{names_.results};
        if (log_.begin(results, round_trip).at({names_.results, p}) == 0) return std::nullopt;
        return first.value_or(how_.now) + how_.dedup_window;
    }

    counts report(std::int32_t p, const std::vector<counts>& by_test) {
        counts sums;
        for (std::size_t test = 0; test < by_test.size(); ++test) {
            counts one = by_test[test];
            if (test == test_names::none) one.unreadable += std::exchange(unreadable_, 0);
            to_.counted(p, tests_.name(static_cast<test_names::number>(test)), one);
            sums += one;
        }
        sums.unreadable += std::exchange(unreadable_, 0); // of a partition without anything
        return sums;
    }

    void read(const ports::positions& from, const ports::positions& to,
              const std::function<void(const ports::record&)>& take) {
        read_between(
            log_, from, to,
            [&](const ports::record& r) {
                take(r);
                return true;
            },
            [this](std::int64_t moved) { to_.progress(done_ += moved, total_); });
    }

    ports::log& log_;
    const app::topics& names_;
    const audit_options& how_;
    audience& to_;
    test_names tests_;
    evidence evidence_;
    std::map<std::int32_t, ports::group_position> positions_;
    ports::positions begins_, ends_;
    std::vector<placed_outcome> dead_letters_; // by partition of their submissions
    std::optional<ports::time_ms> dead_letters_expired_;
    std::int64_t unreadable_ = 0, done_ = 0, total_ = 0;
    counts sums_;
};

} // namespace

counts run_audit(ports::log& log, const app::topics& names, const audit_options& options, audience& to) {
    return auditor(log, names, options, to).run();
}

} // namespace gradesvc::audit
