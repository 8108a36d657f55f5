// The logs that the contract suite runs against. Each implementation registers itself in a file of its own; every case
// runs against all of them: contract_tests -c NAME runs it against one.
#pragma once

#include "gradesvc/ports/log.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gradesvc::test {

struct log_options {
    std::size_t queue_records = 0; ///< bound of the publishing queue; 0 = the default
};

struct log_under_test {
    std::string name;

    /// Makes storage for one test case and returns its address, which `open` understands in any process. It is removed
    /// with the last copy of the pointer. Throws when it cannot (no broker named).
    std::function<std::shared_ptr<const std::string>()> make_storage;

    std::function<std::unique_ptr<ports::log>(const std::string& address, const log_options& options)> open;
};

/// Registered ones, by name.
const std::vector<log_under_test>& logs();
const log_under_test& log_named(const std::string& name);

/// A static object of this type registers a log.
struct registration {
    explicit registration(log_under_test log);
};

/// A log of one kind with storage for one test case.
class fixture {
public:
    explicit fixture(const log_under_test& kind) : kind_(kind), storage_(kind.make_storage()) {}

    const log_under_test& kind() const { return kind_; }
    const std::string& address() const { return *storage_; }
    std::unique_ptr<ports::log> open(const log_options& options = {}) const { return kind_.open(*storage_, options); }

    /// A name that no other test, run or process has used.
    static std::string fresh_name(const std::string& what);

private:
    const log_under_test& kind_;
    std::shared_ptr<const std::string> storage_;
};

/// Runs `body` in a section for every log.
void on_every_log(const std::function<void(const fixture&)>& body);

} // namespace gradesvc::test
