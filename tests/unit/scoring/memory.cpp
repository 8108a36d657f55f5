// What a scorer says it holds, against what the allocator gave for it: operator new of this program counts.
#include "scoring_support.hpp"
#include "support/catch.hpp"

#include <cstdlib>
#include <malloc.h>
#include <new>

namespace {

thread_local std::ptrdiff_t held = 0; // bytes, with the header of each block

} // namespace

void* operator new(std::size_t size) {
    void* const block = std::malloc(size); // NOLINT: this is what an allocator does
    if (block == nullptr) throw std::bad_alloc();
    held += static_cast<std::ptrdiff_t>(malloc_usable_size(block) + sizeof(std::size_t));
    return block;
}

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    try {
        return operator new(size);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

void operator delete(void* block) noexcept {
    if (block != nullptr) held -= static_cast<std::ptrdiff_t>(malloc_usable_size(block) + sizeof(std::size_t));
    std::free(block); // NOLINT
}

void operator delete(void* block, std::size_t) noexcept { operator delete(block); }

using namespace gradesvc;
using namespace gradesvc::test;

namespace {

const std::vector<std::string> four = {"A", "B", "the third of the options", "D"};

domain::test_item with_skill(domain::test_item item, std::size_t skill) {
    item.skills = {{skill, "1"}};
    item.irt = domain::irt_parameters{.b = {0.25}};
    return item;
}

// As is usual: choices with a misconception for each distractor, three skills.
domain::test_definition of_choices(std::size_t count) {
    std::vector<domain::test_item> items;
    for (std::size_t i = 0; i < count; ++i) {
        items.push_back(with_skill(choice("item_" + std::to_string(i), four, {four[i % 4]}), i % 3));
        for (std::size_t k = 1; k < 4; ++k)
            items.back().misconceptions.emplace_back(
                four[(i + k) % 4],
                domain::localized_text{{{"", "takes the sign of the wrong side"}, {"de", "Fehler"}}});
    }
    auto test = test_of(std::move(items));
    for (const auto* id : {"a", "b", "c"}) test.skills.push_back({id, {{{"", "A skill with some name"}}}});
    return test;
}

domain::test_definition of_text_entries(std::size_t count) {
    std::vector<domain::test_item> items;
    for (std::size_t i = 0; i < count; ++i) {
        items.push_back(text_entry("text_" + std::to_string(i),
                                   {{"Stegosaurus", false, true, "1"}, {"*a long text*saurus", true, false, "1/3"}}));
        domain::numeric_key key{.value = "6.02214076e23", .tolerance = "0.0001"};
        items.push_back(numeric("number_" + std::to_string(i), {key, key}));
        items.back().units.factors = {{"m/s^2", "1"}, {"cm/s^2", "0.01"}};
    }
    return test_of(std::move(items));
}

// Told by allocated.
double told(const domain::test_definition& definition) {
    const auto before = held;
    const auto scorer = compiled(definition);
    const auto allocated = static_cast<double>(held - before);
    CAPTURE(allocated, scorer->memory());
    REQUIRE(allocated > 0);
    return static_cast<double>(scorer->memory()) / allocated;
}

} // namespace

TEST_CASE("a scorer tells what it takes of memory to a tenth") {
    CHECK(told(of_choices(1)) == Approx(1).epsilon(0.1));
    CHECK(told(of_choices(50)) == Approx(1).epsilon(0.1));
    CHECK(told(of_choices(1000)) == Approx(1).epsilon(0.1));
    CHECK(told(of_text_entries(25)) == Approx(1).epsilon(0.1));
}
