#include "core/files/array_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <random>

#include "core/base/errors.h"
#include "core/files/npy_file.h"
#include "tests/core/temporary_directory.h"

namespace forerun {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<double> values(const State& state) { return {state.begin(), state.end()}; }

/// What reading a file with this content gives: its numbers, or the error without the file's name.
struct Reading {
  std::vector<double> numbers;
  std::string error;
};

Reading read(const std::string& name, const std::string& content) {
  const TemporaryDirectory directory;
  const std::filesystem::path path = directory / name;
  write_bytes(path, content);
  try {
    return {values(read_state_file(path)), ""};
  } catch (const FileError& error) {
    const std::string sentence = error.what();
    EXPECT_THAT(sentence, ::testing::StartsWith(path.string()));
    return {{}, sentence.substr(path.string().size())};
  }
}

std::vector<double> csv(const std::string& content) { return read("state.csv", content).numbers; }
std::string csv_error(const std::string& content) { return read("state.csv", content).error; }

TEST(CsvState, IsFlattenedRowByRow) {
  EXPECT_THAT(csv("1,2,3\n4,5,6\n"), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(csv("# a comment\n\n 1.5e-3 \t -2 # another\r\n+3, .5 ,4.\n5"), ElementsAre(1.5e-3, -2, 3, .5, 4., 5));
}

TEST(CsvState, ReadsEveryDoubleToTheLastBit) {
  const std::vector<std::string> texts = {"0.1", "5e-324", "1.7976931348623157e308", "0.30000000000000004"};
  EXPECT_THAT(csv(texts[0] + "," + texts[1] + "," + texts[2] + "," + texts[3]),
              ElementsAre(0.1, 5e-324, 1.7976931348623157e308, 0.30000000000000004));
}

TEST(CsvState, ErrorsNameLineAndFinding) {
  EXPECT_EQ(csv_error("1\n2\nthree\n"), ":3: 'three' is not a number");
  EXPECT_EQ(csv_error("1\n2;3\n"), ":2: '2;3' is not a number");
  EXPECT_EQ(csv_error("1,nan"), ":1: 'nan' is not finite");
  EXPECT_EQ(csv_error("-inf"), ":1: '-inf' is not finite");
  EXPECT_EQ(csv_error("1e400"), ":1: '1e400' is beyond the range of double precision");
  EXPECT_EQ(csv_error("1,,2"), ":1: a number is missing before a comma");
  EXPECT_EQ(csv_error(",1"), ":1: a number is missing before a comma");
  EXPECT_EQ(csv_error("1,2,\n"), ":1: a number must follow the last comma");
  EXPECT_EQ(csv_error("+-1"), ":1: '+-1' is not a number");
  EXPECT_EQ(csv_error("0x10"), ":1: '0x10' is not a number");
  EXPECT_EQ(csv_error(""), ": holds no numbers");
  EXPECT_EQ(csv_error("# nothing\n\n"), ": holds no numbers");
  EXPECT_EQ(csv_error(std::string(1000, 'x')), ":1: '" + std::string(40, 'x') + "…' is not a number");
  EXPECT_THAT(csv_error(std::string("1\n\0\n", 4)), HasSubstr(":2: "));
}

TEST(StateFile, RefusesWhatIsNotAFileOfAKnownKind) {
  const TemporaryDirectory directory;
  const auto error = [](const std::filesystem::path& path) -> std::string {
    try {
      read_state_file(path);
    } catch (const FileError& refusal) {
      return refusal.what();
    }
    return "read";
  };
  EXPECT_EQ(error("state.txt"), "state.txt: unknown extension '.txt': a state is read from .csv or .npy");
  EXPECT_EQ(error("state"), "state: unknown extension '': a state is read from .csv or .npy");
  EXPECT_EQ(error(directory / "none.csv"),
            (directory / "none.csv").string() + ": cannot be read: No such file or directory");
  std::filesystem::create_directory(directory / "folder.npy");
  EXPECT_EQ(error(directory / "folder.npy"), (directory / "folder.npy").string() + ": cannot be read: is a directory");
  std::filesystem::create_symlink("/dev/zero", directory / "zero.npy");
  EXPECT_EQ(error(directory / "zero.npy"),
            (directory / "zero.npy").string() + ": cannot be read: is not a regular file");
}

/// A .npy file with any header text; `version` 1 has a header length of two bytes, others of four.
std::string npy_bytes(const std::string& header, const std::vector<double>& data, char version = 1) {
  std::string bytes = std::string("\x93NUMPY") + version + '\0';
  const std::uint64_t length = header.size();
  bytes.append(reinterpret_cast<const char*>(&length), version == 1 ? 2 : 4);
  bytes += header;
  return bytes.append(reinterpret_cast<const char*>(data.data()), data.size() * sizeof(double));
}

std::string header(const std::string& shape, const std::string& fortran_order = "False") {
  return "{'descr': '<f8', 'fortran_order': " + fortran_order + ", 'shape': " + shape + ", }  \n";
}

std::vector<double> npy(const std::string& bytes) { return read("state.npy", bytes).numbers; }
std::string npy_error(const std::string& bytes) { return read("state.npy", bytes).error; }

TEST(NpyState, IsFlattenedInRowMajorOrderWhateverItsOrder) {
  const std::vector<double> six = {1, 2, 3, 4, 5, 6};
  EXPECT_THAT(npy(npy_bytes(header("(6,)"), six)), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(npy(npy_bytes(header("(2, 3)"), six)), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(npy(npy_bytes(header("(2, 3)", "True"), six)), ElementsAre(1, 3, 5, 2, 4, 6));
  EXPECT_THAT(npy(npy_bytes(header("(1, 3, 2)", "True"), six)), ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_THAT(npy(npy_bytes(header("()"), {7})), ElementsAre(7));
}

TEST(NpyState, IsReadInEveryFormatVersion) {
  for (const char version : {'\1', '\2', '\3'})
    EXPECT_THAT(npy(npy_bytes(header("(2,)"), {1, 2}, version)), ElementsAre(1, 2));
  EXPECT_EQ(npy_error(npy_bytes(header("(2,)"), {1, 2}, 4)), ": not of format version 1.0 to 3.0");
}

TEST(NpyState, AcceptsTheKeysInAnyOrderOnce) {
  EXPECT_THAT(npy(npy_bytes("{\"shape\":(1,),'fortran_order':False,'descr':'<f8'}", {1})), ElementsAre(1));
  EXPECT_EQ(npy_error(npy_bytes("{'shape': (1,), 'fortran_order': False}", {1})),
            ": the header lacks one of descr, fortran_order, shape");
  EXPECT_EQ(npy_error(npy_bytes("{'shape': (1,), 'shape': (1,)}", {1})), ": the header names 'shape' twice");
  EXPECT_EQ(npy_error(npy_bytes("{'size': 1}", {1})), ": the header has an unknown key 'size'");
}

TEST(NpyState, RefusesMalformedHeaders) {
  for (const char* text : {"", "{", "[]", "{'descr'}", "{'descr': <f8}", "{'shape': (1, 'descr': 2}", "{'shape': (3)}",
                           "{'shape': (-1,)}", "{'fortran_order': 1}", "{'descr", "{'shape': (1,,)}", "{,}"}) {
    EXPECT_THAT(npy_error(npy_bytes(text, {1})), HasSubstr("malformed")) << text;
  }
  EXPECT_THAT(npy_error(npy_bytes(header("(1,)") + "x", {1})), HasSubstr("does not end after its dictionary"));
}

TEST(NpyState, RefusesOtherElementTypes) {
  for (const char* type : {"<f4", ">f8", "|O", "<i8", "=f8"}) {
    const std::string text = "{'descr': '" + std::string(type) + "', 'fortran_order': False, 'shape': (1,)}";
    EXPECT_EQ(npy_error(npy_bytes(text, {1})), ": its numbers are of type '" + std::string(type) + "', not '<f8'");
  }
}

TEST(NpyState, RefusesShapesThatDoNotMatchTheData) {
  EXPECT_EQ(npy_error(npy_bytes(header("(2,)"), {1})), ": its shape needs more than the 8 bytes that follow");
  EXPECT_EQ(npy_error(npy_bytes(header("(1,)"), {1, 2})), ": its shape needs 8 bytes, but 16 follow");
  EXPECT_EQ(npy_error(npy_bytes(header("(0, 4611686018427387904)"), {})), ": holds no numbers");
  EXPECT_THAT(npy_error(npy_bytes(header("(4611686018427387904, 4)"), {1})), HasSubstr("needs more than"));
  EXPECT_THAT(npy_error(npy_bytes(header("(4294967296, 4294967296, 1)"), {1})), HasSubstr("needs more than"));
  EXPECT_THAT(npy_error(npy_bytes(header("(99999999999999999999999,)"), {1})), HasSubstr("too large"));
  std::string deep = "(";
  for (int i = 0; i < 33; ++i) deep += "1,";
  EXPECT_THAT(npy_error(npy_bytes(header(deep + ")"), {1})), HasSubstr("too many dimensions"));
}

TEST(NpyState, RefusesNonFiniteNumbers) {
  EXPECT_EQ(npy_error(npy_bytes(header("(2,)"), {1, std::numeric_limits<double>::quiet_NaN()})),
            ": value 1 is not finite");
}

TEST(NpyState, RefusesEveryTruncation) {
  const std::string whole = npy_bytes(header("(2, 3)"), {1, 2, 3, 4, 5, 6});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_NE(npy_error(whole.substr(0, length)), "") << length;
  }
}

TEST(NpyState, NeverCrashesOnRandomDamage) {
  const std::string whole = npy_bytes(header("(2, 3)", "True"), {1, 2, 3, 4, 5, 6});
  std::mt19937 random(7);
  int num_refused = 0;
  for (int round = 0; round < 500; ++round) {
    std::string damaged = whole;
    for (int i = 0; i < 3; ++i) damaged[random() % damaged.size()] = static_cast<char>(random());
    const Reading reading = read("state.npy", damaged);
    EXPECT_TRUE(!reading.error.empty() || reading.numbers.size() == 6);
    num_refused += reading.error.empty() ? 0 : 1;
  }
  EXPECT_GT(num_refused, 250);
}

TEST(WriteNpy, IsReadBackBitForBit) {
  const TemporaryDirectory directory;
  States states(2, 3);
  states << 1, 0.1, -0.0, 5e-324, 1.7976931348623157e308, 1.0 / 3;
  write_npy(directory / "states.npy", states);
  // Rows of the array are components, so its row-major sequence is the transpose of what lies in memory.
  const State read_back = read_state_file(directory / "states.npy");
  const State expected = States(states.transpose()).reshaped();
  ASSERT_EQ(read_back.size(), expected.size());
  EXPECT_EQ(std::memcmp(read_back.data(), expected.data(), 6 * sizeof(double)), 0);
}

TEST(WriteNpy, AlignsItsDataAndTakesBlocksOfAMatrix) {
  const TemporaryDirectory directory;
  States states = States::Constant(4, 3, 9);
  states.block(1, 1, 2, 2) << 1, 2, 3, 4;
  write_npy(directory / "block.npy", states.block(1, 1, 2, 2));
  EXPECT_EQ((bytes_of(directory / "block.npy").size() - 4 * sizeof(double)) % 64, 0u);
  EXPECT_THAT(values(read_state_file(directory / "block.npy")), ElementsAre(1, 2, 3, 4));
}

}  // namespace
}  // namespace forerun
