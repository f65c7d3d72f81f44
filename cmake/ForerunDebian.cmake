# `cpack -G DEB` in the build folder: the command with its configurations, manual pages and completions. What it needs of
# others is read from the program itself (dpkg-shlibdeps).
set(CPACK_PACKAGE_NAME forerun)
set(CPACK_PACKAGE_VENDOR "The Forerun authors")
set(CPACK_PACKAGE_CONTACT "The Forerun authors <forerun@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION
    "Solves initial-value problems in parallel in time: a cheap solver runs ahead, an expensive one follows on all time
slices at once, and what separates the two is learned. The answer is the expensive solver's.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION "${CPACK_PACKAGE_DESCRIPTION}")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME forerun)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
include(CPack)
