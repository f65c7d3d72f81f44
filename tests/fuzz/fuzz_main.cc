// libFuzzer's side: `fuzz_files --reader=npy CORPUS` runs one reader over what libFuzzer thinks of;
// `fuzz_files --reader=npy --write-seeds=DIRECTORY` writes the files to begin with.

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <string_view>

#include "tests/fuzz/reader.h"

namespace {

const forerun::fuzz::Reader* chosen = nullptr;

std::optional<std::string> option(int argc, char** argv, std::string_view name) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word.starts_with(name)) return std::string(word.substr(name.size()));
  }
  return std::nullopt;
}

void write_seeds(const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory);
  int number = 0;
  for (const std::string& seed : chosen->seeds()) {
    std::ofstream(directory / ("seed-" + std::to_string(++number)), std::ios::binary) << seed;
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  const std::string name = option(*argc, *argv, "--reader=").value_or("");
  for (const forerun::fuzz::Reader& reader : forerun::fuzz::FORERUN_READERS()) {
    if (reader.name == name) chosen = &reader;
  }
  if (chosen == nullptr) {
    std::cerr << "no reader is called '" << name << "'\n";
    std::exit(2);
  }
  if (const auto directory = option(*argc, *argv, "--write-seeds=")) {
    write_seeds(*directory);
    std::exit(0);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  chosen->read({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
