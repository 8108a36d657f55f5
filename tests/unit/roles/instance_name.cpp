#include "roles/instance_name.hpp"

#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

using gradesvc::roles::instance_name;
using gradesvc::test::temp_folder;

namespace {

std::string slot_of(const std::string& name) { return name.substr(name.rfind('-') + 1); }
std::string without_slot(const std::string& name) { return name.substr(0, name.rfind('-')); }

} // namespace

TEST_CASE("workers of a folder have the first free slots of it", "[instance]") {
    const temp_folder folder;
    std::optional<instance_name> first(std::in_place, folder.path());
    const instance_name second(folder.path());
    CHECK(slot_of(first->text()) == "1");
    CHECK(slot_of(second.text()) == "2");
    CHECK(without_slot(first->text()) == without_slot(second.text()));
    first.reset();
    CHECK(slot_of(instance_name(folder.path()).text()) == "1"); // the name of who has gone
}

TEST_CASE("a name is made of host, folder and slot, and legal for Kafka", "[instance]") {
    const temp_folder folder;
    const instance_name name(folder.path());
    const auto& text = name.text();
    REQUIRE(text.size() > 11);
    CHECK(text.ends_with("-1"));
    CHECK(text[text.size() - 11] == '-');
    CHECK(text.substr(text.size() - 10, 8).find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(std::all_of(text.begin(), text.end(),
                      [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '-'; }));
}

TEST_CASE("the folder counts, not the way to it", "[instance]") {
    const temp_folder folder, other;
    std::filesystem::create_directory_symlink(folder.path(), other.path() / "link");
    const instance_name direct(folder.path()), linked(other.path() / "link"), elsewhere(other.path());
    CHECK(without_slot(direct.text()) == without_slot(linked.text()));
    CHECK(slot_of(linked.text()) == "2");
    CHECK(without_slot(direct.text()) != without_slot(elsewhere.text()));
}

TEST_CASE("a folder is made where there is none, and told where there cannot be one", "[instance]") {
    const temp_folder folder;
    CHECK(slot_of(instance_name(folder.path() / "a" / "b").text()) == "1");
    const auto file = folder.write("file", "");
    CHECK_THROWS_AS(instance_name(file), std::system_error);
}
