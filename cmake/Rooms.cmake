# gradesvc_room(NAME [ROOMS r…] [LIBS l…]): one library of all src/NAME/*.cpp. Public headers stand in
# include/gradesvc/NAME/, private ones in src/NAME/ and are included as "NAME/file.hpp".
function(gradesvc_room name)
  cmake_parse_arguments(arg "" "" "ROOMS;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  list(TRANSFORM arg_ROOMS PREPEND gradesvc_)
  set(target gradesvc_${name})
  if(sources)
    add_library(${target} STATIC ${sources})
    target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src
                                                ${CMAKE_BINARY_DIR}/generated)
    target_link_libraries(${target} PUBLIC ${arg_ROOMS} PRIVATE ${arg_LIBS} gradesvc_options)
    target_link_libraries(${target} PUBLIC Boost::headers)
  else()
    add_library(${target} INTERFACE) # headers only
    target_include_directories(${target} INTERFACE ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(${target} INTERFACE ${arg_ROOMS} Boost::headers)
  endif()
endfunction()
