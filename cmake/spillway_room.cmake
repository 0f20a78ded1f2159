# spillway_room(<name> SOURCES <file>... [ROOMS <room>...] [PUBLIC <target>...] [PRIVATE <target>...]
#               [PRECOMPILE <header>...])
#
# One static library a room. ROOMS are the rooms it may include, and so link: the arrows of the DAG.
# PUBLIC third-party targets may appear in its headers, PRIVATE ones only in its sources. PRECOMPILE
# are third-party headers that most of its sources include, and that take a second each time.
function(spillway_room name)
  cmake_parse_arguments(PARSE_ARGV 1 room "" "" "SOURCES;ROOMS;PUBLIC;PRIVATE;PRECOMPILE")
  add_library(spillway_${name} STATIC ${room_SOURCES})
  add_library(spillway::${name} ALIAS spillway_${name})
  set_target_properties(spillway_${name} PROPERTIES EXPORT_NAME ${name}
                                                    POSITION_INDEPENDENT_CODE ON)
  list(TRANSFORM room_ROOMS PREPEND spillway_)
  target_link_libraries(spillway_${name}
    PUBLIC spillway_options ${room_ROOMS} ${room_PUBLIC}
    PRIVATE ${room_PRIVATE})
  if(room_PRECOMPILE)
    target_precompile_headers(spillway_${name} PRIVATE ${room_PRECOMPILE})
  endif()
  set_property(GLOBAL APPEND PROPERTY SPILLWAY_ROOMS ${name})
endfunction()

# spillway_test(<room> SOURCES <file>... [LINK <target>...]): one Catch2 executable a room, a ctest
# entry of the same name.
function(spillway_test name)
  cmake_parse_arguments(PARSE_ARGV 1 test "" "" "SOURCES;LINK;LABELS")
  add_executable(test_${name} ${test_SOURCES})
  target_link_libraries(test_${name} PRIVATE spillway_test_main ${test_LINK})
  target_precompile_headers(test_${name} REUSE_FROM spillway_test_catch)
  # A test runs once for each time it is compiled.
  target_compile_options(test_${name} PRIVATE $<$<CONFIG:RelWithDebInfo>:-O0>)
  add_test(NAME ${name} COMMAND test_${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300 LABELS "${test_LABELS}")
endfunction()
