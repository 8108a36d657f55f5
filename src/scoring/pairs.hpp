// Pairs: inline_choice and gap_match [option, gap], match [option, target], associate (two options, unordered), by
// match_correct or map_response. Each pair counts once. Immutable once built; thread-safe. Refers to the definition, which
// must outlive it.
#pragma once

#include "gradesvc/domain/item_definition.hpp"
#include "gradesvc/domain/submission.hpp"
#include "scoring/answer_fault.hpp"
#include "scoring/footprint.hpp"
#include "scoring/mark.hpp"
#include "scoring/point_limits.hpp"
#include "scoring/text_index.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace gradesvc::scoring {

class pair_rule {
public:
    pair_rule(const domain::test_item& item, point_units& units);

    /// What a whole answer earns at most.
    points full() const { return full_; }
    mark score(const domain::answer_value& answer) const;
    answer_fault check(const domain::answer_value& answer) const;
    std::size_t memory() const { return heap::of_all(sources_, targets_, allowed_, known_, misconceptions_); }

private:
    // Both ends in one number; without an order, the smaller first. Sorts by source.
    using pair_key = std::uint32_t;
    static constexpr unsigned source_shift = 16;

    struct known_pair {
        pair_key pair;
        points value = 0;
        bool correct = false;
    };

    void add_ends(const domain::test_item& item);
    void add_pairs(const domain::test_item& item, point_units& units);
    known_pair& at(std::string_view source, std::string_view target);
    pair_key key_of(std::uint32_t source, std::uint32_t target) const;
    std::optional<pair_key> find(const domain::answer_value& member) const;
    const known_pair* known(pair_key pair) const;
    mark judge(std::span<const pair_key> pairs) const;
    answer_fault check_pair(const domain::answer_value& member) const;

    domain::item_type type_;
    bool single_ = false;
    bool match_ = true;   // match_correct
    bool mapped_ = false; // by a mapping: the outcome follows from the points alone
    text_index sources_, targets_;
    std::vector<pair_key> allowed_; // of inline_choice, sorted: a gap has options of its own
    std::vector<known_pair> known_; // sorted: what key and mapping name
    std::vector<const domain::localized_text*> misconceptions_; // by source; empty when there are none
    std::size_t correct_count_ = 0;
    points full_ = 0;
    points wrong_ = 0; // of match_correct
    points other_ = 0; // of what is not mapped
    point_limits limits_ = {};
};

} // namespace gradesvc::scoring
