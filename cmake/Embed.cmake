# Writes generated/sample_tests.hpp, the bundled tests of config/tests/*.json as texts, and generated/version.hpp.
file(GLOB samples CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/config/tests/*.json)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${samples})
set(entries "")
foreach(sample IN LISTS samples)
  file(READ ${sample} text)
  string(APPEND entries "    R\"__sample__(${text})__sample__\",\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/sample_tests.hpp @ONLY CONTENT
"// Made by cmake/Embed.cmake from config/tests.
#pragma once

#include <string_view>
#include <vector>

namespace gradesvc::roles {

inline const std::vector<std::string_view> sample_tests{
@entries@};

} // namespace gradesvc::roles
")
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/version.hpp @ONLY CONTENT
"#pragma once

namespace gradesvc {

inline constexpr const char version[] = \"@PROJECT_VERSION@\";

} // namespace gradesvc
")
