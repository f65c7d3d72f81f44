#include "learning/files/tensor_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <xxhash.h>

#include <cmath>
#include <cstring>

#include "core/base/errors.h"
#include "tests/core/temporary_directory.h"

namespace forerun {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// A small file with a tensor of each kind.
std::string small_file() {
  const TemporaryDirectory directory;
  States matrix(2, 3);
  matrix << 1, 2, 3, 4, 5, 6;
  const State vector = State::Constant(1, -0.0);
  const std::vector<Index> integers = {-7, 1'000'000'007};
  TensorFileWriter writer;
  writer.set_metadata("café", "\"quoted\" \\ line\n");
  writer.add_matrix("matrix", matrix);
  writer.add_vector("vector", vector);
  writer.add_integers("integers", integers);
  writer.write(directory / "file");
  return bytes_of(directory / "file");
}

/// The sentence with which a file is refused, without its name; "accepted" if it is not.
std::string refusal_of(const std::filesystem::path& path) {
  try {
    const TensorFile file(path);
  } catch (const ModelFileError& error) {
    EXPECT_THAT(error.what(), StartsWith(path.string() + ": "));
    return std::string(error.what()).substr(path.string().size() + 2);
  }
  return "accepted";
}

std::string refusal(const std::string& content) {
  const TemporaryDirectory directory;
  write_bytes(directory / "file", content);
  return refusal_of(directory / "file");
}

/// A file with this header and `num_data_bytes` of zeros, framed and digested as a forger would.
std::string forged(std::string header, std::size_t num_data_bytes = 0) {
  const std::uint64_t length = header.size();
  std::string content(reinterpret_cast<const char*>(&length), sizeof(length));
  content += header + std::string(num_data_bytes, '\0');
  const std::string zeros(32, '0');
  const std::size_t position = content.find(zeros);
  if (position == std::string::npos) return content;
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(content.data(), content.size()));
  std::string digits;
  for (const unsigned char byte : canonical.digest) {
    digits += "0123456789abcdef"[byte / 16];
    digits += "0123456789abcdef"[byte % 16];
  }
  return content.replace(position, zeros.size(), digits);
}

std::string header_with(const std::string& tensors) {
  return R"({"__metadata__":{"xxh3_128":"00000000000000000000000000000000"})" + tensors + "}";
}

TEST(TensorFile, GivesBackEveryBit) {
  const TemporaryDirectory directory;
  write_bytes(directory / "file", small_file());
  const TensorFile file(directory / "file");
  EXPECT_EQ(file.text("café"), "\"quoted\" \\ line\n");
  States expected(2, 3);
  expected << 1, 2, 3, 4, 5, 6;
  EXPECT_EQ(States(file.matrix("matrix")), expected);
  EXPECT_TRUE(std::signbit(file.vector("vector")[0]));
  EXPECT_THAT(file.integers("integers"), ElementsAre(-7, 1'000'000'007));
  EXPECT_TRUE(file.has_tensor("matrix"));
  EXPECT_FALSE(file.has_tensor("other"));
}

TEST(TensorFile, StoresSamplesAsRowsAndAlignsItsData) {
  const std::string content = small_file();
  EXPECT_THAT(content, HasSubstr(R"("shape":[3,2])"));
  std::uint64_t length = 0;
  std::memcpy(&length, content.data(), sizeof(length));
  EXPECT_EQ((length + sizeof(length)) % 64, 0u);
}

TEST(TensorFile, NamesWhatItLacks) {
  const TemporaryDirectory directory;
  write_bytes(directory / "file", small_file());
  const TensorFile file(directory / "file");
  EXPECT_THROW(file.text("other"), ModelFileError);
  EXPECT_THROW(file.vector("other"), ModelFileError);
  EXPECT_THROW(file.vector("matrix"), ModelFileError);
  EXPECT_THROW(file.matrix("vector"), ModelFileError);
  EXPECT_THROW(file.integers("vector"), ModelFileError);
  EXPECT_THROW(file.vector("integers"), ModelFileError);
}

TEST(TensorFile, FindsEveryFlippedBit) {
  const TemporaryDirectory directory;
  const std::string whole = small_file();
  write_bytes(directory / "file", whole);
  for (std::size_t position = 0; position < whole.size(); ++position) {
    for (int bit = 0; bit < 8; ++bit) {
      overwrite_byte(directory / "file", position, static_cast<char>(whole[position] ^ (1 << bit)));
      ASSERT_NE(refusal_of(directory / "file"), "accepted") << "bit " << bit << " of byte " << position;
    }
    overwrite_byte(directory / "file", position, whole[position]);
  }
  EXPECT_EQ(refusal_of(directory / "file"), "accepted");
}

TEST(TensorFile, FindsEveryTruncationAndEveryExtension) {
  const TemporaryDirectory directory;
  const std::string whole = small_file();
  EXPECT_EQ(refusal(whole + '\0'), "bytes follow its last tensor");
  write_bytes(directory / "file", whole);
  ASSERT_EQ(refusal_of(directory / "file"), "accepted");
  for (std::size_t length = whole.size(); length-- > 0;) {
    std::filesystem::resize_file(directory / "file", length);
    ASSERT_NE(refusal_of(directory / "file"), "accepted") << length;
  }
}

TEST(TensorFile, RefusesHeaderLengthsBeforeAllocating) {
  for (const std::uint64_t length : {std::uint64_t{1} << 40, ~std::uint64_t{0}, max_tensor_header_size + 1}) {
    std::string content = small_file();
    std::memcpy(content.data(), &length, sizeof(length));
    EXPECT_THAT(refusal(content), HasSubstr("its header would be " + std::to_string(length) + " bytes long"));
  }
  std::string content = small_file();
  const std::uint64_t length = content.size() - 7;
  std::memcpy(content.data(), &length, sizeof(length));
  EXPECT_EQ(refusal(content), "is truncated within its header");
}

TEST(TensorFile, RefusesOtherKindsOfFiles) {
  EXPECT_EQ(refusal(""), "is truncated: not even a header length");
  EXPECT_THAT(refusal("[problem]\nname = \"burgers\"\n"), HasSubstr("is not a model file"));
  EXPECT_EQ(refusal(forged("{}")), "lacks the metadata 'xxh3_128'");
}

TEST(TensorFile, RefusesForgedHeaders) {
  const std::string f64 = R"("dtype":"F64",)";
  const auto with = [](const std::string& tensors, std::size_t num_bytes) {
    return refusal(forged(header_with("," + tensors), num_bytes));
  };
  ASSERT_EQ(with(R"("a":{)" + f64 + R"("shape":[2],"data_offsets":[0,16]})", 16), "accepted");
  EXPECT_EQ(with(R"("a":{)" + f64 + R"("shape":[2],"data_offsets":[0,16]},"b":{)" + f64 +
                     R"("shape":[2],"data_offsets":[8,24]})",
                 24),
            "its tensors overlap");
  EXPECT_EQ(with(R"("a":{)" + f64 + R"("shape":[1],"data_offsets":[8,16]})", 16),
            "there is a hole between its tensors");
  EXPECT_EQ(with(R"("a":{)" + f64 + R"("shape":[1],"data_offsets":[0,8]})", 16), "bytes follow its last tensor");
  EXPECT_EQ(with(R"("a":{)" + f64 + R"("shape":[2],"data_offsets":[0,16]})", 8), "tensor 'a' lies outside of the file");
  EXPECT_EQ(with(R"("a":{)" + f64 + R"("shape":[2],"data_offsets":[16,0]})", 16),
            "tensor 'a' lies outside of the file");
  EXPECT_EQ(with(R"("a":{)" + f64 + R"("shape":[],"data_offsets":[4,12]})", 12),
            "tensor 'a' is not aligned to its elements");
  EXPECT_EQ(with(R"("a":{)" + f64 + R"("shape":[3],"data_offsets":[0,16]})", 16),
            "tensor 'a' has a shape larger than its data");
  EXPECT_EQ(with(R"("a":{)" + f64 + R"("shape":[1],"data_offsets":[0,16]})", 16),
            "tensor 'a' has a shape that does not match its data");
  EXPECT_EQ(with(R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})", 8),
            "tensor 'a' has another dtype than F64 or I64");
}

TEST(TensorFile, RefusesShapesWhoseProductOverflows) {
  for (const char* shape : {"[4611686018427387904,4]", "[4294967296,4294967296]", "[2305843009213693952,8]"}) {
    const std::string tensor = std::string(R"(,"a":{"dtype":"F64","shape":)") + shape + R"(,"data_offsets":[0,0]})";
    EXPECT_EQ(refusal(forged(header_with(tensor))), "tensor 'a' has a shape larger than its data") << shape;
  }
  for (const char* shape : {"[0,9223372036854775808]", "[18446744073709551615]"}) {
    const std::string tensor = std::string(R"(,"a":{"dtype":"F64","shape":)") + shape + R"(,"data_offsets":[0,0]})";
    EXPECT_EQ(refusal(forged(header_with(tensor))), "tensor 'a' has an impossible shape") << shape;
  }
}

TEST(TensorFile, RefusesWrongTypesInTheHeader) {
  for (const char* tensor : {R"("a":1)", R"("a":[])", R"("a":{})", R"("a":{"dtype":"F64","shape":[0]})",
                             R"("a":{"dtype":"F64","shape":[0],"data_offsets":[0,0],"more":1})",
                             R"("a":{"dtype":"F64","shape":0,"data_offsets":[0,0]})",
                             R"("a":{"dtype":"F64","shape":[0.0],"data_offsets":[0,0]})",
                             R"("a":{"dtype":"F64","shape":[-1],"data_offsets":[0,0]})",
                             R"("a":{"dtype":"F64","shape":["0"],"data_offsets":[0,0]})",
                             R"("a":{"dtype":"F64","shape":[18446744073709551616],"data_offsets":[0,0]})",
                             R"("a":{"dtype":"F64","shape":[0],"data_offsets":[0]})",
                             R"("a":{"dtype":1,"shape":[0],"data_offsets":[0,0]})"}) {
    EXPECT_THAT(refusal(forged(header_with(std::string(",").append(tensor)))), StartsWith("tensor 'a' ")) << tensor;
  }
  EXPECT_THAT(refusal(forged(R"({"__metadata__":{"version":1}})")), HasSubstr("not a string: 'version'"));
  EXPECT_EQ(refusal(forged(R"({"__metadata__":[]})")), "its metadata are not a JSON object");
}

TEST(TensorFile, RefusesBrokenJson) {
  for (const char* header : {"{", "{\"a\"}", "{} {}", "{\"\xff\":1}", "{\"a\":nul}", "{'a':1}"}) {
    EXPECT_THAT(refusal(forged(header)), StartsWith("its header is not valid JSON")) << header;
  }
  EXPECT_THAT(refusal(forged("{\"a\":1e999}")), StartsWith("its header has a number that does not fit"));
  for (const char* header : {"[]", "1", "", " {}", "\xef\xbb\xbf{}"}) {
    EXPECT_EQ(refusal(forged(header)), "its header is not a JSON object") << header;
  }
}

TEST(TensorFile, RefusesKeysNamedTwice) {
  const std::string empty = R"({"dtype":"F64","shape":[0],"data_offsets":[0,0]})";
  EXPECT_EQ(refusal(forged(header_with(",\"a\":" + empty + ",\"a\":" + empty))), "its header names 'a' twice");
  EXPECT_EQ(refusal(forged(R"({"__metadata__":{"k":"1","k":"2"}})")), "its header names 'k' twice");
}

TEST(TensorFile, RefusesDeepNestingBeforeItCosts) {
  const std::string half_a_million(500'000, '[');
  EXPECT_THAT(refusal(forged("{\"a\":" + half_a_million)), StartsWith("its header is nested too deeply"));
  std::string objects = "{\"a\":";
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_THAT(refusal(forged(objects)), StartsWith("its header is nested too deeply"));
}

TEST(TensorFile, IsAFileErrorWhereThereIsNothingToRead) {
  const TemporaryDirectory directory;
  EXPECT_THROW(TensorFile(directory / "none"), FileError);
  EXPECT_THROW(TensorFile(directory.path()), FileError);
  EXPECT_THROW(TensorFile("/dev/zero"), FileError);
}

TEST(TensorFileWriter, RefusesWhatAReaderWould) {
  const TemporaryDirectory directory;
  const State vector = State::Zero(1);
  TensorFileWriter writer;
  writer.add_vector("a", vector);
  EXPECT_THROW(writer.add_vector("a", vector), std::invalid_argument);
  writer.set_metadata("key", "not \xff UTF-8");
  EXPECT_THROW(writer.write(directory / "file"), std::invalid_argument);
  writer.set_metadata("key", std::string(max_tensor_header_size, 'x'));
  EXPECT_THROW(writer.write(directory / "file"), std::invalid_argument);
  const States matrix = States::Zero(4, 4);
  EXPECT_THROW(writer.add_matrix("block", matrix.topRows(2)), std::invalid_argument);
  EXPECT_TRUE(directory.names().empty());
}

}  // namespace
}  // namespace forerun
