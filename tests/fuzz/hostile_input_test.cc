// Bytes that nobody wrote are refused in words or read; nothing else happens. The long form of this is run.sh.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "core/base/split_mix.h"
#include "tests/fuzz/reader.h"

namespace forerun::fuzz {
namespace {

/// How much of each kind: what a reader takes for a file decides how many fit into a test.
struct Effort {
  const char* reader;
  std::size_t num_prefixes;  ///< at most, evenly spread over the lengths
  std::size_t num_flips;     ///< of a bit, at most, evenly spread
  int num_mutations;         ///< at random
};

const Reader& find_reader(const std::string& name) {
  for (const auto* readers : {&file_readers(), &command_readers()}) {
    for (const Reader& reader : *readers) {
      if (reader.name == name) return reader;
    }
  }
  throw std::invalid_argument("no reader is called '" + name + "'");
}

class HostileInput : public ::testing::TestWithParam<Effort> {
 protected:
  void expect_contract(const std::string& bytes, const std::string& what) const {
    try {
      reader_.read(bytes);
    } catch (const std::exception& error) {
      ADD_FAILURE() << what << ": " << error.what() << "\n" << ::testing::PrintToString(bytes.substr(0, 2000));
    }
  }

  const Reader& reader_ = find_reader(GetParam().reader);
};

/// Odd, so that every place in a byte has its turn.
std::size_t stride(std::size_t count, std::size_t most) { return ((count + most - 1) / most) | 1; }

TEST_P(HostileInput, EveryPrefixIsReadOrRefusedInWords) {
  for (const std::string& seed : reader_.seeds()) {
    const std::size_t step = stride(seed.size(), GetParam().num_prefixes);
    for (std::size_t length = seed.size() % step; length <= seed.size(); length += step) {
      expect_contract(seed.substr(0, length), "cut at " + std::to_string(length));
    }
  }
}

TEST_P(HostileInput, EveryFlippedBitIsReadOrRefusedInWords) {
  for (const std::string& seed : reader_.seeds()) {
    for (std::size_t bit = 0; bit < 8 * seed.size(); bit += stride(8 * seed.size(), GetParam().num_flips)) {
      std::string damaged = seed;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
      expect_contract(damaged, "bit " + std::to_string(bit));
    }
  }
}

/// Numbers from a seed, the same everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::size_t limit) { return split_mix(state_ += split_mix_step) % limit; }

 private:
  std::uint64_t state_;
};

/// What has broken readers elsewhere: limits, signs, nests, ends of strings, overlong numbers.
const std::vector<std::string>& words() {
  static const std::vector<std::string> all = {std::string(1, '\0'),
                                               "\xff",
                                               "\"",
                                               "'",
                                               "[",
                                               "]",
                                               "[[",
                                               "{",
                                               "}",
                                               "{}",
                                               "[]",
                                               ",",
                                               ":",
                                               "=",
                                               "\n",
                                               "#",
                                               ".",
                                               "-",
                                               "+",
                                               "\\u0000",
                                               "\\ud800",
                                               "null",
                                               "true",
                                               "nan",
                                               "inf",
                                               "-inf",
                                               "0",
                                               "-0",
                                               "-1",
                                               "1e308",
                                               "1e400",
                                               "5e-324",
                                               "0.1",
                                               "9223372036854775807",
                                               "-9223372036854775808",
                                               "18446744073709551615",
                                               "18446744073709551616",
                                               "4611686018427387904,4",
                                               "99999999999999999999999999",
                                               "1_000",
                                               "0x7fffffffffffffff",
                                               "1979-05-27",
                                               "\xef\xbb\xbf",
                                               "\xe2\x80\xae",
                                               "\xc2\x9b"};
  return all;
}

void mutate(std::string& bytes, const std::string& other, Dice& dice) {
  const std::size_t at = dice.below(bytes.size() + 1);
  const std::size_t count = std::min(dice.below(9), bytes.size() - at);
  const std::string& word = words()[dice.below(words().size())];
  switch (dice.below(7)) {
    case 0:
      bytes.insert(at, word);
      break;
    case 1:
      bytes.replace(at, count, word);
      break;
    case 2:
      bytes.erase(at, count);
      break;
    case 3:
      bytes.insert(at, bytes.substr(at, dice.below(40)));
      break;
    case 4:
      bytes.replace(at, count, other.substr(dice.below(other.size() + 1), dice.below(40)));
      break;
    case 5:
      bytes.insert(at, dice.below(300), static_cast<char>(dice.below(256)));
      break;
    default:
      if (at < bytes.size()) bytes[at] = static_cast<char>(dice.below(256));
  }
}

TEST_P(HostileInput, RandomMutationsAreReadOrRefusedInWords) {
  const std::vector<std::string> seeds = reader_.seeds();
  Dice dice(1);
  for (int round = 0; round < GetParam().num_mutations; ++round) {
    std::string bytes = seeds[dice.below(seeds.size())];
    for (std::size_t i = 1 + dice.below(4); i > 0; --i) mutate(bytes, seeds[dice.below(seeds.size())], dice);
    expect_contract(bytes, "round " + std::to_string(round));
  }
}

TEST_P(HostileInput, AMegabyteOfTheSameIsReadOrRefusedInWords) {
  for (const char* part :
       {"[", "{\"a\":", "1,", "a=1\n", "[a]\n", "[a.", "'", "\"\\u0000", "\xff", " ", "\n", "-", "9"}) {
    std::string bytes;
    while (bytes.size() < 1'000'000) bytes += part;
    expect_contract(bytes, "a megabyte of " + ::testing::PrintToString(part));
  }
  std::string keys;
  for (int i = 0; i < 100'000; ++i) keys += "k" + std::to_string(i) + "=1\n";
  expect_contract(keys, "100,000 keys");
  expect_contract("[problem]\n" + keys, "100,000 keys in a section");
}

const std::vector<Effort>& efforts() {
  static const std::vector<Effort> all = {{"campaign", 100, 200, 300}, {"config", 150, 250, 500},
                                          {"csv", 1000, 5000, 1000},   {"expression", 500, 2000, 3000},
                                          {"model", 400, 400, 400},    {"npy", 1000, 5000, 1000},
                                          {"record", 100, 100, 200},   {"store", 400, 400, 400}};
  return all;
}

INSTANTIATE_TEST_SUITE_P(Readers, HostileInput, ::testing::ValuesIn(efforts()),
                         [](const auto& test) { return std::string(test.param.reader); });

TEST(HostileInputTest, HoldsEveryReader) {
  EXPECT_EQ(efforts().size(), file_readers().size() + command_readers().size());
  for (const Effort& effort : efforts()) EXPECT_NO_THROW(find_reader(effort.reader));
}

}  // namespace
}  // namespace forerun::fuzz
