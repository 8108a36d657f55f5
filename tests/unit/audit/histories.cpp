// Random histories of a partition, as a correct worker makes them; then faults are put in, and the ledger must name
// exactly those.
#include "audit/ledger.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace {

using namespace gradesvc;
using namespace gradesvc::audit;

using told = std::tuple<finding_kind, std::string, std::int64_t, std::int64_t>; // kind, id, offset, outcome

class history {
public:
    explicit history(unsigned seed) : random_(seed) {
        submit();
        work();
    }

    void lose(int wanted) {
        for (int i = 0; i < wanted; ++i) {
            const auto victim = pick([&](const one& o) { return o.outcome >= 0 && all_finished(o); });
            if (!victim) return;
            auto& gone = outcomes_[static_cast<std::size_t>(victim->outcome)];
            const auto kind = gone.at.kind;
            gone.at.offset = -1; // left out when told
            (kind == outcome_kind::result ? scored_ : dead_) -= 1;
            ++missing_;
            expect(finding_kind::missing, *victim, -1);
        }
    }

    void double_up(int wanted) {
        for (int i = 0; i < wanted; ++i) {
            const auto victim = pick([](const one& o) { return o.outcome >= 0; });
            if (!victim) return;
            auto again = outcomes_[static_cast<std::size_t>(victim->outcome)];
            if (chance(30)) again.source = submissions_[victim->records.back()].offset; // of a retry, if there is one
            if (chance(30)) again.at.kind = outcome_kind::dead_letter;
            if (again.at.kind == outcome_kind::dead_letter &&
                outcomes_[static_cast<std::size_t>(victim->outcome)].is_result())
                again.of_replay = false;
            again.at.offset = next_outcome_++;
            if (again.at.kind == outcome_kind::result &&
                !outcomes_[static_cast<std::size_t>(victim->outcome)].is_result())
                ++scored_, --dead_;
            outcomes_.push_back(again);
            expect(finding_kind::doubled, *victim, again.at.offset);
        }
    }

    /// Swaps two results of a user that follow each other.
    void reorder(int wanted) {
        for (int i = 0; i < wanted; ++i) {
            const auto victim = pick([&](const one& o) { return successor(o) != nullptr; });
            if (!victim) return;
            one* const later = successor(*victim);
            later->touched = true;
            std::swap(outcomes_[static_cast<std::size_t>(victim->outcome)],
                      outcomes_[static_cast<std::size_t>(later->outcome)]);
            std::swap(victim->outcome, later->outcome);
            disordered_.insert(user_of(*victim));
            expect(finding_kind::order, *later, -1);
        }
    }

    void stray(int wanted) {
        for (int i = 0; i < wanted && !submissions_.empty(); ++i) {
            outcome_record lost{.id = domain::submission_id::v5("stray" + std::to_string(i)),
                                .at = {outcome_kind::result, 0, next_outcome_++},
                                .source = submissions_[any(submissions_.size())].offset};
            outcomes_.push_back(lost);
            expected_.insert({finding_kind::stray, lost.id.to_string(), -1, lost.at.offset});
        }
    }

    void check() {
        test_names tests;
        tests.of("t");
        std::multiset<told> found;
        ledger book(0, ports::delivery_mode::exactly_once, tests, [&](const finding& f) {
            found.insert({f.kind, f.id.to_string(), f.offset, f.outcome ? f.outcome->offset : -1});
        });
        for (const auto& s : submissions_) book.add(s);
        book.close(submissions_.empty() ? 0 : submissions_.front().offset);
        for (const auto& o : outcomes_)
            if (o.at.offset >= 0) book.add(o);
        book.settle([this](std::int64_t offset) { return finished_.contains(offset); }, std::nullopt);
        counts sums;
        for (const auto& of_test : book.by_test()) sums += of_test;
        CHECK(found == expected_);
        CHECK(sums.accepted == static_cast<std::int64_t>(ids_.size()));
        CHECK(sums.scored == scored_);
        CHECK(sums.dead == dead_);
        CHECK(sums.missing == missing_);
        CHECK(sums.in_flight == sums.accepted - scored_ - dead_ - missing_);
        CHECK(sums.duplicates + sums.replays + sums.accepted == static_cast<std::int64_t>(submissions_.size()));
        CHECK(sums.faults() == static_cast<std::int64_t>(expected_.size()));
    }

private:
    struct one { // an id
        std::vector<std::size_t> records;
        int outcome = -1; ///< its first one, in outcomes_
        bool touched = false;
    };

    std::size_t any(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }
    bool chance(int percent) { return any(100) < static_cast<std::size_t>(percent); }

    void submit() {
        std::int64_t offset = static_cast<std::int64_t>(any(1000));
        const auto count = any(120), users = 1 + any(10);
        const auto position = offset + static_cast<std::int64_t>(any(200));
        for (std::size_t i = 0; i < count; ++i, offset += chance(80) ? 1 : 2) {
            submission_record r{.offset = offset, .user = any(users + 1), .test = 1};
            if (!ids_.empty() && chance(15)) { // a retry: of the same user
                auto& of = ids_[any(ids_.size())];
                r.id = submissions_[of.records.front()].id;
                r.user = submissions_[of.records.front()].user;
                of.records.push_back(i);
            } else {
                r.id = domain::submission_id::v5(std::to_string(i));
                ids_.push_back({.records = {i}});
            }
            submissions_.push_back(r);
            if (offset < position || chance(30)) finished_.insert(offset);
        }
    }

    /// Every finished id has its outcome, some others have it already; a user's results keep their order.
    void work() {
        std::map<std::uint64_t, std::vector<std::size_t>> by_user;
        std::vector<std::uint64_t> turns;
        for (std::size_t i = 0; i < ids_.size(); ++i) {
            const bool due = std::ranges::any_of(
                ids_[i].records, [&](std::size_t r) { return finished_.contains(submissions_[r].offset); });
            if (!due && !chance(30)) continue;
            const auto user = user_of(ids_[i]);
            by_user[user].push_back(i);
            turns.push_back(user);
        }
        std::shuffle(turns.begin(), turns.end(), random_);
        std::map<std::uint64_t, std::size_t> next;
        for (const auto user : turns) {
            one& id = ids_[by_user[user][next[user]++]];
            const auto& record = submissions_[id.records.front()];
            const bool scored = chance(85);
            id.outcome = static_cast<int>(outcomes_.size());
            outcomes_.push_back({.id = record.id,
                                 .at = {scored ? outcome_kind::result : outcome_kind::dead_letter, 0, next_outcome_++},
                                 .source = record.offset});
            ++(scored ? scored_ : dead_);
        }
    }

    std::uint64_t user_of(const one& id) const { return submissions_[id.records.front()].user; }
    bool all_finished(const one& id) const {
        return std::ranges::all_of(id.records,
                                   [&](std::size_t r) { return finished_.contains(submissions_[r].offset); });
    }

    /// The next id of the same user that has a result, where the two are untouched.
    one* successor(const one& id) {
        if (id.outcome < 0 || !outcomes_[static_cast<std::size_t>(id.outcome)].is_result() || user_of(id) == 0 ||
            disordered_.contains(user_of(id)))
            return nullptr;
        for (auto& other : ids_) {
            if (user_of(other) != user_of(id) || other.records.front() <= id.records.front()) continue;
            if (other.outcome < 0) continue;
            const auto& outcome = outcomes_[static_cast<std::size_t>(other.outcome)];
            if (!outcome.is_result() || outcome.at.offset < 0) continue;
            return other.touched ? nullptr : &other;
        }
        return nullptr;
    }

    template <class Fits>
    one* pick(Fits fits) {
        std::vector<one*> all;
        for (auto& id : ids_)
            if (!id.touched && fits(id)) all.push_back(&id);
        if (all.empty()) return nullptr;
        one* const found = all[any(all.size())];
        found->touched = true;
        return found;
    }

    void expect(finding_kind kind, const one& id, std::int64_t outcome) {
        const auto& record = submissions_[id.records.front()];
        expected_.insert({kind, record.id.to_string(), record.offset, outcome});
    }

    std::mt19937 random_;
    std::vector<submission_record> submissions_;
    std::vector<one> ids_;
    std::vector<outcome_record> outcomes_; // in the order they were written
    std::set<std::int64_t> finished_;
    std::set<std::uint64_t> disordered_;
    std::multiset<told> expected_;
    std::int64_t next_outcome_ = 0;
    std::int64_t scored_ = 0, dead_ = 0, missing_ = 0;
};

} // namespace

TEST_CASE("the ledger names exactly the faults of a history") {
    const auto base = std::random_device()();
    for (unsigned turn = 0; turn < 500; ++turn) {
        CAPTURE(base + turn);
        history h(base + turn);
        std::mt19937 random(base + turn + 1);
        const auto some = [&] { return static_cast<int>(random() % 4); };
        if (turn % 5 != 0) { // every fifth is without faults
            h.lose(some());
            h.double_up(some());
            h.reorder(some());
            h.stray(some());
        }
        h.check();
    }
}
