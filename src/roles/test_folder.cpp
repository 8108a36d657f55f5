#include "roles/test_folder.hpp"

#include "codec/definition.hpp"
#include "gradesvc/telemetry/log.hpp"
#include "roles/options.hpp"
#include "sample_tests.hpp"
#include "tools/file.hpp"

#include <algorithm>
#include <future>

namespace gradesvc::roles {

namespace {

[[noreturn]] void refuse(const std::string& name, const domain::refusal& why) {
    std::string text = "--tests: " + name + ": ";
    text += why.errors.empty() ? why.detail : why.errors.front().pointer + " " + why.errors.front().detail;
    if (why.errors.size() > 1) text += " (and " + std::to_string(why.errors.size() - 1) + " more; see gradesvc check)";
    throw usage_error(text);
}

std::string read(const std::filesystem::path& file) {
    try {
        return tools::read_file(file.string());
    } catch (const std::runtime_error& error) {
        throw usage_error(std::string("--tests: ") + error.what());
    }
}

domain::outcome<app::published> publish_and_wait(const test_document& test, app::publish_test& publish) {
    std::promise<domain::outcome<app::published>> answer;
    publish({.test_id = {}, .document = test.text, .equal_to_any = true},
            [&answer](domain::outcome<app::published> outcome) { answer.set_value(std::move(outcome)); });
    return answer.get_future().get();
}

// Whether a conflict only means that a newer version is there already.
bool outdated(const test_document& test, const app::catalog& catalog) {
    const auto definition = codec::decode_definition(test.text);
    if (!definition || !definition->version) return false;
    const auto latest = catalog.latest(definition->test_id);
    return latest && *definition->version < latest->version && !catalog.find(definition->test_id, *definition->version);
}

} // namespace

std::vector<test_document> read_tests(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error))
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    if (error) throw usage_error("--tests: cannot read " + folder.string() + ": " + error.message());
    std::sort(files.begin(), files.end());
    std::vector<test_document> tests;
    for (const auto& file : files) {
        test_document test{file.string(), read(file)};
        auto definition = codec::decode_definition(test.text);
        if (!definition) refuse(test.name, definition.error());
        if (const auto scorer = scoring::scorer::compile(*std::move(definition)); !scorer)
            refuse(test.name, scorer.error());
        tests.push_back(std::move(test));
    }
    return tests;
}

std::vector<test_document> bundled_tests() {
    std::vector<test_document> tests;
    for (const auto text : sample_tests) tests.push_back({"bundled sample", std::string(text)});
    return tests;
}

void publish_tests(const std::vector<test_document>& tests, app::publish_test& publish, const app::catalog& catalog) {
    for (const auto& test : tests) {
        const auto outcome = publish_and_wait(test, publish);
        if (outcome) {
            if (outcome->created)
                telemetry::log(telemetry::level::info, "test published",
                               {{"test_id", outcome->test->test_id}, {"version", outcome->test->version}});
            continue;
        }
        if (outcome.error().code == domain::errc::overloaded) throw ports::log_unavailable(outcome.error().detail);
        if (outcome.error().code != domain::errc::conflict || !outdated(test, catalog))
            refuse(test.name, outcome.error());
        telemetry::log(telemetry::level::warn, "a newer version of the test is published", {{"path", test.name}});
    }
}

} // namespace gradesvc::roles
