# `find_package(spillway)` from another project: one umbrella target over the rooms, their headers,
# and a package file that finds the same third-party libraries.
include(CMakePackageConfigHelpers)

get_property(rooms GLOBAL PROPERTY SPILLWAY_ROOMS)
add_library(spillway INTERFACE)
add_library(spillway::spillway ALIAS spillway)
set(room_targets ${rooms})
list(TRANSFORM room_targets PREPEND spillway_)
target_link_libraries(spillway INTERFACE ${room_targets})

install(TARGETS spillway spillway_options ${room_targets} EXPORT spillway_targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
foreach(room IN LISTS rooms)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${room}
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/spillway FILES_MATCHING PATTERN "*.hpp")
endforeach()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/spillway)
install(EXPORT spillway_targets NAMESPACE spillway:: FILE spillway_targets.cmake
        DESTINATION ${package_dir})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/spillway-config.cmake.in
  ${PROJECT_BINARY_DIR}/spillway-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/spillway-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/spillway-config.cmake
              ${PROJECT_BINARY_DIR}/spillway-config-version.cmake
              ${PROJECT_SOURCE_DIR}/cmake/FindCAF.cmake
              ${PROJECT_SOURCE_DIR}/cmake/spillway_dependencies.cmake
        DESTINATION ${package_dir})
