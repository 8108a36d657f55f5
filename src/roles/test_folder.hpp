// The test definitions that are published at start: those of --tests, or the bundled samples.
#pragma once

#include "gradesvc/app/publish_test.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace gradesvc::roles {

struct test_document {
    std::string name; ///< for messages: the file
    std::string text;
};

/// The *.json of a folder by name, each a valid definition that this engine can score. Throws usage_error with the first
/// error of the first bad one.
std::vector<test_document> read_tests(const std::filesystem::path& folder);

std::vector<test_document> bundled_tests();

/// Publishes what is not there yet and waits until all are in the catalog. A version below the latest is passed over.
/// Throws usage_error for the number of another content, ports::log_unavailable when the log takes nothing now.
void publish_tests(const std::vector<test_document>& tests, app::publish_test& publish, const app::catalog& catalog);

} // namespace gradesvc::roles
