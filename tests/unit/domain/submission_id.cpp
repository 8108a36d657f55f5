#include "gradesvc/domain/submission_id.hpp"

#include "support/catch.hpp"

#include <set>

using gradesvc::domain::submission_id;
using std::chrono::milliseconds;

namespace {

using time_ms = std::chrono::sys_time<milliseconds>;

submission_id v7_at(std::int64_t ms, std::array<std::uint64_t, 2> random) {
    return submission_id::v7(time_ms(milliseconds(ms)), random);
}

} // namespace

// Made with Python: uuid.uuid5(uuid.UUID("6f2a3c1e-6d0b-5d5e-9a55-0c1f6a7d9b10"), name)
TEST_CASE("a version 5 id is the one that any RFC 9562 library computes", "[submission_id]") {
    CHECK(submission_id::v5("").to_string() == "4e2cf0f0-7248-5991-8b71-7b6ae1634c0c");
    CHECK(submission_id::v5(R"(["u-123","algebra-1","k1"])").to_string() == "4f3a4992-2808-5e59-a333-1f7a06208ece");
    CHECK(submission_id::v5(R"(["Zoë","t","ключ"])").to_string() == "96d51102-d59a-5e95-ac18-ca40c414cb0b");
    CHECK(submission_id::v5(std::string(200, 'x')).to_string() == "34ee023c-971a-5a85-b8b1-07f50b8242ec");
}

TEST_CASE("the id of a place in the log is version 5 over topic/partition/offset", "[submission_id]") {
    CHECK(submission_id::for_position("test_submissions", 3, 42).to_string() == "6f7da555-5960-5d51-a6bd-3296f56b6827");
    CHECK(submission_id::for_position("test_submissions", 3, 42) !=
          submission_id::for_position("test_submissions", 34, 2));
}

TEST_CASE("a version 7 id holds time and random bits as in RFC 9562", "[submission_id]") {
    // The example of appendix A.6.
    const std::array<std::uint64_t, 2> random{0xC30C'0000'0000'0000, 0x8F39'070C'0CDC'C498};
    CHECK(v7_at(0x017F22E279B0, random).to_string() == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST_CASE("version and variant of a version 7 id stand whatever the random bits are", "[submission_id]") {
    for (const std::uint64_t bits : {std::uint64_t(0), ~std::uint64_t(0)}) {
        const auto text = v7_at(1, {bits, bits}).to_string();
        CHECK(text[14] == '7');
        CHECK(std::string("89ab").find(text[19]) != std::string::npos);
    }
}

TEST_CASE("74 bits of a version 7 id are random", "[submission_id]") {
    std::set<std::string> ids;
    for (int word = 0; word < 2; ++word)
        for (int bit = 0; bit < 64; ++bit) {
            std::array<std::uint64_t, 2> random{};
            random[static_cast<std::size_t>(word)] = std::uint64_t(1) << bit;
            ids.insert(v7_at(1, random).to_string());
        }
    CHECK(ids.size() == 74 + 1); // the rest of the bits change nothing
}

TEST_CASE("version 7 ids sort by time", "[submission_id]") {
    const std::uint64_t ones = ~std::uint64_t(0);
    CHECK(v7_at(1'000, {ones, ones}) < v7_at(1'001, {0, 0}));
    CHECK(v7_at(255, {ones, ones}) < v7_at(256, {0, 0}));
}

TEST_CASE("an id is read in either case and written in lower case", "[submission_id]") {
    const auto id = submission_id::parse("017F22E2-79b0-7CC3-98C4-DC0C0C07398F");
    REQUIRE(id);
    CHECK(id->to_string() == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    CHECK(id == submission_id::parse(id->to_string()));
    CHECK(submission_id::parse("00000000-0000-0000-0000-000000000000") == submission_id());
}

TEST_CASE("what is no id is not taken for one", "[submission_id]") {
    const auto* const text =
        GENERATE("", "017f22e2", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
                 "017f22e279b07cc398c4dc0c0c07398f", "{17f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
                 "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017f22e2+79b0-7cc3-98c4-dc0c0c07398f",
                 "017f22e-279b0-7cc3-98c4-dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c0739 f",
                 "017f22e2-79b0-7cc3-98c4-dc0c0c07398\xc3");
    CAPTURE(text);
    CHECK_FALSE(submission_id::parse(text));
}

TEST_CASE("a version 7 tells when it was made, others do not") {
    for (const std::int64_t ms : {std::int64_t{0}, std::int64_t{0x017F22E279B0}, (std::int64_t{1} << 48) - 1})
        CHECK(v7_at(ms, {~std::uint64_t{0}, 5}).time() == time_ms(milliseconds(ms)));
    CHECK_FALSE(submission_id::v5("x").time());
    CHECK_FALSE(submission_id().time());
    CHECK_FALSE(submission_id::parse("017f22e2-79b0-7cc3-48c4-dc0c0c07398f")->time()); // another variant
}
