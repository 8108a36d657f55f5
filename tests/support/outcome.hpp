// How failing tests show a domain::outcome: why there is no value.
#pragma once

#include "gradesvc/domain/errc.hpp"
#include "support/catch.hpp"

template <class T>
struct Catch::StringMaker<boost::system::result<T, gradesvc::domain::refusal>> {
    static std::string convert(const boost::system::result<T, gradesvc::domain::refusal>& outcome) {
        if (outcome) return "a value";
        std::string text = "refused: " + outcome.error().detail;
        for (const auto& [pointer, detail] : outcome.error().errors)
            text.append("; ").append(pointer).append(" ").append(detail);
        return text;
    }
};
