# Catch2 2 (Debian 12) or 3 (Debian 13) behind one face: tests link gradesvc_test_main, include "support/catch.hpp",
# and are listed by gradesvc_discover_tests(TARGET LABEL TIMEOUT).
find_package(Catch2 CONFIG REQUIRED)
if(Catch2_VERSION VERSION_GREATER_EQUAL 3)
  add_library(gradesvc_test_main INTERFACE)
  target_link_libraries(gradesvc_test_main INTERFACE Catch2::Catch2WithMain)
else()
  add_library(gradesvc_test_main STATIC ${CMAKE_SOURCE_DIR}/tests/catch2/main.cpp)
  target_link_libraries(gradesvc_test_main PUBLIC Catch2::Catch2 PRIVATE gradesvc_options)
  target_compile_options(gradesvc_test_main PRIVATE -Wno-maybe-uninitialized) # g++ 12 with a sanitizer on std::regex
endif()
target_include_directories(gradesvc_test_main INTERFACE ${CMAKE_SOURCE_DIR}/tests)

include(Catch)

# Catch2 3 lists the tests when ctest runs, so that a build needs no working program; Catch2 2 can only do it after linking.
set(gradesvc_discovery_mode)
if(Catch2_VERSION VERSION_GREATER_EQUAL 3)
  set(gradesvc_discovery_mode DISCOVERY_MODE PRE_TEST)
endif()

function(gradesvc_discover_tests target label timeout)
  catch_discover_tests(${target} ${gradesvc_discovery_mode}
    TEST_PREFIX "${target}: "
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    PROPERTIES LABELS ${label} TIMEOUT ${timeout})
endfunction()
