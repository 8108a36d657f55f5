#include "embedded/folder_lock.hpp"

#include "gradesvc/ports/log_errc.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <fstream>
#include <memory>
#include <unistd.h>

using namespace gradesvc;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("a folder has one owner, whose process id is named to the next") {
    const test::temp_folder folder;
    auto first = std::make_unique<embedded::folder_lock>(folder.path() / "made" / "on demand");
    CHECK_THROWS_WITH(embedded::folder_lock(folder.path() / "made" / "on demand"),
                      ContainsSubstring("in use by another gradesvc process (pid " + std::to_string(::getpid()) + ")"));
    first.reset();
    CHECK_NOTHROW(embedded::folder_lock(folder.path() / "made" / "on demand"));
}

TEST_CASE("a folder that cannot be made is an error that names it") {
    const test::temp_folder folder;
    std::ofstream(folder.path() / "file") << "not a folder";
    CHECK_THROWS_WITH(embedded::folder_lock(folder.path() / "file" / "data"), ContainsSubstring("file/data"));
    CHECK_THROWS_AS(embedded::folder_lock(folder.path() / "file"), ports::log_error);
}
