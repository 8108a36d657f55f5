# Texts that are part of the executable. generated/sample_tests.hpp: the bundled tests of config/tests/*.json;
# generated/version.hpp; generated/web_files.hpp: the files of web/.
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
# The files of web/ as texts: generated/web_files.hpp.
file(GLOB_RECURSE web_files CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/web ${CMAKE_SOURCE_DIR}/web/*)
set(entries "")
foreach(name IN LISTS web_files)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/${name})
  file(READ ${CMAKE_SOURCE_DIR}/web/${name} text)
  string(APPEND entries "    {\"${name}\", R\"__file__(${text})__file__\"},\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/web_files.hpp @ONLY CONTENT
"// Made by cmake/Embed.cmake from web.
#pragma once

#include <string_view>

namespace gradesvc {

struct web_file {
    std::string_view name; ///< below web/
    std::string_view text;
};

inline constexpr web_file web_files[] = {
@entries@};

} // namespace gradesvc
")
