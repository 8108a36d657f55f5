// What a result says in words, in one language. A plain value; an empty headline means that nothing was written.
#pragma once

#include <string>
#include <vector>

namespace gradesvc::domain {

struct narrative {
    std::string headline = {};
    std::vector<std::string> sentences = {};
    std::vector<std::string> strengths = {};       ///< the reason of each
    std::vector<std::string> weaknesses = {};      ///< the reason of each
    std::vector<std::string> recommendations = {}; ///< why each
};

} // namespace gradesvc::domain
