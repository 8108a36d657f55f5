// Decoding in tests: a definition, or the pointers of its errors.
#pragma once

#include "codec/definition.hpp"
#include "support/catch.hpp"

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace gradesvc::test {

/// A file of the source tree.
inline std::string file(const std::string& name) {
    std::ifstream in(GRADESVC_SOURCE_DIR "/" + name);
    REQUIRE(in);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline domain::test_definition decoded(std::string_view json) {
    auto result = codec::decode_definition(json);
    if (!result) {
        std::string why = result.error().detail;
        for (const auto& error : result.error().errors) why += "\n" + error.pointer + ": " + error.detail;
        FAIL(why);
    }
    return *std::move(result);
}

/// The pointers of the errors, in order.
inline std::vector<std::string> bad_places(std::string_view json) {
    std::vector<std::string> pointers;
    if (const auto result = codec::decode_definition(json); !result)
        for (const auto& error : result.error().errors) pointers.push_back(error.pointer);
    return pointers;
}

} // namespace gradesvc::test
