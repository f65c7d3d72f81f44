#pragma once

#include <pybind11/pybind11.h>

#include <string>

#include "apps/forerun/config/config_document.h"

namespace forerun::python {

/// What Python says of a configuration, as a configuration document that is checked like a file. In place of file and
/// line, sentences name `place`. All of these need the GIL.

/// A document that says nothing yet.
ConfigDocument empty_document(const std::string& place);

/// Adds the keys of a dict as those of [section], tables in it as keys with dots where a section may hold tables
/// ({"u": {"rhs": …}} in [problem]), lists, tuples and arrays as lists. Throws std::invalid_argument for a value that
/// no key holds.
void add_section(ConfigDocument& document, const std::string& section, pybind11::dict keys, const std::string& place);
/// Adds one key.
void add_setting(ConfigDocument& document, const std::string& section, const std::string& key, pybind11::handle value,
                 const std::string& place);

/// {"problem": {…}, "time": {…}, …} as a document.
ConfigDocument document_from(const pybind11::dict& sections, const std::string& place);

}  // namespace forerun::python
