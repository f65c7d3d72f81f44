# Install rules and the exported package: after `cmake --install`, find_package(Forerun) gives Forerun::core,
# Forerun::learning and Forerun::solvers, whose headers are included as in this repository ("core/parareal/parareal.h"),
# and, where its own needs are met, Forerun::cli: the command line with equations of one's own
# ("apps/forerun/forerun_main.h").
include(CMakePackageConfigHelpers)

set(forerun_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Forerun)

install(TARGETS forerun_core forerun_learning forerun_solvers EXPORT ForerunTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
foreach(folder core learning solvers)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/forerun
          FILES_MATCHING PATTERN "*.h")
endforeach()
# Laws that a user can hold their own solver, executor or corrector against.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/tests/conformance DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/forerun/tests
        FILES_MATCHING PATTERN "*.h")
install(EXPORT ForerunTargets NAMESPACE Forerun:: DESTINATION ${forerun_package_dir})

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/ForerunConfig.cmake.in ForerunConfig.cmake
                              INSTALL_DESTINATION ${forerun_package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(ForerunConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/ForerunConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/ForerunConfigVersion.cmake
        DESTINATION ${forerun_package_dir})

if(TARGET forerun)
  install(TARGETS forerun_cli forerun_mpi EXPORT ForerunCliTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(FILES ${PROJECT_SOURCE_DIR}/apps/forerun/forerun_main.h
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/forerun/apps/forerun)
  install(EXPORT ForerunCliTargets NAMESPACE Forerun:: DESTINATION ${forerun_package_dir})
  install(TARGETS forerun RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/data/ DESTINATION ${CMAKE_INSTALL_DATADIR}/forerun COMPONENT program)
  install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${PROJECT_SOURCE_DIR}/CITATION.cff
          DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/forerun COMPONENT program)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/forerun COMPONENT program)
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/forerun RENAME copyright COMPONENT program)
endif()

if(TARGET forerun_pages)
  set(pages ${PROJECT_BINARY_DIR}/apps/forerun/pages)
  set(shells ${CMAKE_INSTALL_DATADIR})
  install(DIRECTORY ${pages}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT program OPTIONAL)
  install(FILES ${pages}/forerun.bash RENAME forerun DESTINATION ${shells}/bash-completion/completions COMPONENT program
          OPTIONAL)
  install(FILES ${pages}/_forerun DESTINATION ${shells}/zsh/vendor-completions COMPONENT program OPTIONAL)
  install(FILES ${pages}/forerun.fish DESTINATION ${shells}/fish/vendor_completions.d COMPONENT program OPTIONAL)
endif()

if(TARGET forerun_python)
  install(TARGETS forerun_python LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/python COMPONENT python OPTIONAL)
endif()

include(${CMAKE_CURRENT_LIST_DIR}/ForerunDebian.cmake)
