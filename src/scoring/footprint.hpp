// How many bytes a scorer holds: what the allocator gives for it, overhead included, to about a tenth. Counted once, when
// a test is compiled. Pure functions.
#pragma once

#include "domain/exact.hpp"
#include "gradesvc/domain/test_definition.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gradesvc::scoring {

struct compiled_test;

/// What a block of so many bytes costs on a 64-bit heap: a header of 8, steps of 16, at least 32; none for none.
constexpr std::size_t block(std::size_t bytes) {
    return bytes == 0 ? 0 : std::max<std::size_t>(32, (bytes + 8 + 15) / 16 * 16);
}

/// Bytes on the heap behind a value; those of the value itself are its owner's. Types that own more than these standard
/// ones have a member memory().
struct heap {
    template <class... Members>
    static std::size_t of_all(const Members&... members) {
        return (of(members) + ... + 0);
    }

    template <class T>
    requires std::is_trivially_copyable_v<T>
    static std::size_t of(const T&) { return 0; }
    template <class T>
    requires requires(const T& value) {
        { value.memory() } -> std::same_as<std::size_t>;
    }
    static std::size_t of(const T& value) { return value.memory(); }
    static std::size_t of(const std::string& text) {
        static const std::size_t inside = std::string().capacity();
        return text.capacity() > inside ? block(text.capacity() + 1) : 0;
    }
    static std::size_t of(const domain::exact& number) {
        return of(boost::multiprecision::numerator(number)) + of(boost::multiprecision::denominator(number));
    }
    static std::size_t of(const domain::exact_integer& number) {
        const auto limbs = number.backend().size();
        return limbs > 2 ? block(limbs * sizeof(boost::multiprecision::limb_type)) : 0; // two are inside
    }
    template <class T>
    static std::size_t of(const std::vector<T>& all) {
        std::size_t sum = block(all.capacity() * sizeof(T));
        for (const auto& one : all) sum += of(one);
        return sum;
    }
    template <class T>
    static std::size_t of(const std::optional<T>& one) {
        return one ? of(*one) : 0;
    }
    template <class T>
    static std::size_t of(const std::unique_ptr<T>& one) {
        return one ? block(sizeof(T)) + of(*one) : 0;
    }
    template <class A, class B>
    static std::size_t of(const std::pair<A, B>& both) {
        return of(both.first) + of(both.second);
    }

    static std::size_t of(const domain::localized_text&);
    static std::size_t of(const domain::text_key&);
    static std::size_t of(const domain::numeric_key&);
    static std::size_t of(const domain::answer_key&);
    static std::size_t of(const domain::map_entry&);
    static std::size_t of(const domain::area&);
    static std::size_t of(const domain::rubric_criterion&);
    static std::size_t of(const domain::scoring_rule&);
    static std::size_t of(const domain::irt_parameters&);
    static std::size_t of(const domain::unit_rules&);
    static std::size_t of(const domain::gap&);
    static std::size_t of(const domain::skill_weight&);
    static std::size_t of(const domain::test_item&);
    static std::size_t of(const domain::skill&);
    static std::size_t of(const domain::skill_model&);
    static std::size_t of(const domain::level&);
    static std::size_t of(const domain::test_definition&);
    static std::size_t of(const compiled_test&);
};

} // namespace gradesvc::scoring
