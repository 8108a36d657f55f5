# gradesvc_options: how every target of the project is compiled.
add_library(gradesvc_options INTERFACE)
target_compile_options(gradesvc_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
  -ffp-contract=off # the same bytes on every CPU
  $<$<BOOL:${GRADESVC_WERROR}>:-Werror>)
target_compile_definitions(gradesvc_options INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  $<$<NOT:$<CONFIG:Release>>:_GLIBCXX_ASSERTIONS>
  $<$<BOOL:${GRADESVC_BENCH}>:GRADESVC_BENCH>)
target_compile_options(gradesvc_options INTERFACE
  $<$<CONFIG:Release>:-O2 -g1 -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>)
target_link_libraries(gradesvc_options INTERFACE Threads::Threads)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(GRADESVC_SANITIZE)
  target_compile_options(gradesvc_options INTERFACE -fsanitize=${GRADESVC_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all
    -Wno-mismatched-new-delete) # g++ 12 on the frames of Asio's coroutines, which it sees through with a sanitizer only
  target_link_options(gradesvc_options INTERFACE -fsanitize=${GRADESVC_SANITIZE})
  if(GRADESVC_SANITIZE MATCHES thread)
    target_compile_options(gradesvc_options INTERFACE -Wno-tsan) # g++ 12 on Asio's fence
  endif()
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
