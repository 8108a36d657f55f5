#include "gradesvc/domain/errc.hpp"
#include "support/catch.hpp"

using gradesvc::domain::pointer_join;

TEST_CASE("a JSON pointer escapes tilde and slash", "[pointer]") {
    CHECK(pointer_join("", "answers") == "/answers");
    CHECK(pointer_join("/answers", "a/b~c~1") == "/answers/a~1b~0c~01");
    CHECK(pointer_join("/answers", "") == "/answers/");
}
