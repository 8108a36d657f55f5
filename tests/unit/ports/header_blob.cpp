#include "gradesvc/ports/header_blob.hpp"

#include "gradesvc/ports/log_errc.hpp"
#include "support/catch.hpp"

using namespace gradesvc;

TEST_CASE("headers come back as they were, in their order and with equal names") {
    const std::vector<ports::header> given{
        {"ce_id", "1"}, {"", ""}, {"same", "a"}, {"same", "b"}, {std::string(300, 'n'), std::string(70'000, '\0')}};
    std::string blob;
    ports::encode_headers(given, blob);
    const auto back = ports::decode_headers(blob);
    REQUIRE(back.size() == given.size());
    for (std::size_t i = 0; i < given.size(); ++i) {
        CHECK(back[i].name == given[i].name);
        CHECK(back[i].value == given[i].value);
    }
}

TEST_CASE("no headers take no bytes") {
    std::string blob;
    ports::encode_headers({}, blob);
    CHECK(blob.empty());
    CHECK(ports::decode_headers(blob).empty());
}

TEST_CASE("damaged headers are refused, not read past their end") {
    std::string blob;
    ports::encode_headers(std::vector<ports::header>{{"name", "value"}}, blob);
    for (std::size_t size = 1; size < blob.size(); ++size)
        CHECK_THROWS_AS(ports::decode_headers(std::string_view(blob).substr(0, size)), ports::log_error);
    CHECK_THROWS_AS(ports::decode_headers("\xff\xff\xff\xff\xff\xff\xff"), ports::log_error);
}
