#include "gradesvc/ports/log_errc.hpp"

#include <string>

namespace gradesvc::ports {
namespace {

// The destructor of error_category is protected and not virtual, which this warning takes amiss: nobody deletes one.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "log"; }

    std::string message(int code) const override {
        switch (static_cast<log_errc>(code)) {
        case log_errc::too_large: return "the record is larger than the topic takes";
        case log_errc::queue_full: return "the queue to the log is full";
        case log_errc::unavailable: return "the log does not take writes at the moment";
        case log_errc::outcome_unknown: return "the record may or may not have been written";
        case log_errc::fenced: return "another member has taken over";
        }
        return "unknown error of the log";
    }
};
#pragma GCC diagnostic pop

} // namespace

const boost::system::error_category& log_category() noexcept {
    static const category instance;
    return instance;
}

} // namespace gradesvc::ports
