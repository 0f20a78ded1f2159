# Compiler settings shared by every room, carried by one interface target. Installed, a header is found
# as <spillway/core/units.hpp>, and as "core/units.hpp" by other headers.
add_library(spillway_options INTERFACE)
target_compile_features(spillway_options INTERFACE cxx_std_20)
target_compile_options(spillway_options INTERFACE
  $<BUILD_INTERFACE:-Wall;-Wextra;-Wshadow;-Wnon-virtual-dtor>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # No source takes a gigabyte, so that collecting garbage only costs: a seventh of the time of those
  # that instantiate actors.
  target_compile_options(spillway_options INTERFACE
    $<BUILD_INTERFACE:--param=ggc-min-heapsize=1500000>)
endif()
target_include_directories(spillway_options INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/spillway>)

if(SPILLWAY_SANITIZE STREQUAL "address")
  # Debian's CAF binds null references in its own headers, which UBSan would report as ours.
  set(flags -fsanitize=address,undefined -fno-sanitize=null -fno-sanitize-recover=undefined)
elseif(SPILLWAY_SANITIZE STREQUAL "thread")
  set(flags -fsanitize=thread)
elseif(SPILLWAY_SANITIZE STREQUAL "fuzz")
  # libFuzzer is led by what the rooms' own code does, not by the target alone. clang 14 cannot check
  # the types of functions that are coroutines, and CAF's headers bind null references.
  set(flags -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=function,null
            -fno-sanitize-recover=undefined)
elseif(SPILLWAY_SANITIZE)
  message(FATAL_ERROR "SPILLWAY_SANITIZE is '${SPILLWAY_SANITIZE}'; allowed: address, thread, fuzz, empty")
endif()
if(SPILLWAY_SANITIZE)
  target_compile_options(spillway_options INTERFACE ${flags} -fno-omit-frame-pointer)
  target_link_options(spillway_options INTERFACE ${flags})
endif()

find_program(SPILLWAY_CCACHE ccache)
if(SPILLWAY_CCACHE AND PROJECT_IS_TOP_LEVEL)
  # Without these two it keeps nothing that was compiled with a precompiled header. No source here
  # asks for the time of its compilation.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${SPILLWAY_CCACHE})
endif()
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
