#include "apps/forerun/cli/colour.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>

namespace forerun {
namespace {

/// Sets a variable of the environment, and puts it back.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* const old = std::getenv(name)) old_ = old;
    value != nullptr ? ::setenv(name, value, 1) : ::unsetenv(name);
  }
  ~Variable() { old_ ? ::setenv(name_, old_->c_str(), 1) : ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

TEST(Colour, IsWantedUnlessTheEnvironmentSaysNo) {
  const Variable terminal("TERM", "xterm"), none("NO_COLOR", nullptr);
  EXPECT_TRUE(environment_wants_colours());
  {
    const Variable empty("NO_COLOR", "");
    EXPECT_TRUE(environment_wants_colours()) << "an empty value is none";
  }
  {
    const Variable set("NO_COLOR", "1");
    EXPECT_FALSE(environment_wants_colours());
  }
  for (const char* const poor : {"dumb", static_cast<const char*>(nullptr)}) {
    const Variable other("TERM", poor);
    EXPECT_FALSE(environment_wants_colours());
  }
}

TEST(Colour, EndsBehindTheText) {
  EXPECT_EQ(coloured("error", Colour::red), "\x1b[31merror\x1b[0m");
  EXPECT_EQ(coloured("error", Colour::none), "error");
}

}  // namespace
}  // namespace forerun
