#include "gradesvc/domain/errc.hpp"

namespace gradesvc::domain {

std::string pointer_join(std::string_view pointer, std::string_view text) {
    std::string joined(pointer);
    joined += '/';
    for (const char c : text) {
        if (c == '~')
            joined += "~0";
        else if (c == '/')
            joined += "~1";
        else
            joined += c;
    }
    return joined;
}

} // namespace gradesvc::domain
