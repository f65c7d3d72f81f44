#include "solvers/external/external_spec.h"

#include <gmock/gmock.h>

#include "core/base/errors.h"
#include "solvers/external/output_tail.h"

namespace forerun {
namespace {

using ::testing::HasSubstr;

ExternalSpec command(std::vector<std::string> words) {
  return {.kind = ExternalKind::command, .words = std::move(words)};
}

std::string refusal(const ExternalSpec& spec) {
  try {
    require_sound(spec, {"viscosity"});
  } catch (const ParameterError& error) {
    return error.name() + "|" + error.what();
  }
  return "";
}

TEST(ExternalSpec, ItsTextSaysAllThatAResultDependsOnAndNoPlace) {
  ExternalSpec spec = command({"./solver", "--say=\"a\\b\"", "{input}", "{output}"});
  EXPECT_EQ(to_text(spec), R"(command ["./solver", "--say=\"a\\b\"", "{input}", "{output}"])");
  spec.directory = "/somewhere";
  spec.processes = 3;
  EXPECT_EQ(to_text(spec), to_text(command(spec.words)));
  spec.format = StateFormat::csv;
  EXPECT_THAT(to_text(spec), ::testing::EndsWith("] by csv"));
  EXPECT_EQ(to_text({.kind = ExternalKind::library, .library = "libs.so", .argument = "nu\n"}),
            "library \"libs.so\" \"propagate\" of \"nu\\u000a\"");
}

TEST(ExternalSpec, IsCalledByItsFirstWords) {
  EXPECT_EQ(short_name(command({"mpirun", "-n", "4", "./solver", "{input}", "-v"})), "mpirun -n 4 ./solver");
  EXPECT_EQ(short_name({.kind = ExternalKind::library, .library = "libs.so"}), "propagate of libs.so");
  EXPECT_EQ(short_name(command({std::string(50, 'x')})), std::string(40, 'x'));
}

TEST(ExternalSpec, PlaceholdersAreFilledInAndOtherBracesStay) {
  const Placeholders values{{"t0", "0.1"}, {"nu", "{t0}"}};
  EXPECT_EQ(filled_in("from={t0},{nu}{t0}", values), "from=0.1,{t0}0.1") << "what is filled in is not looked at again";
  for (const std::string text : {"{", "{}", "{T0}", "{print $1}", "a{b", "}t0{", "{unknown}", "{{"}) {
    EXPECT_EQ(filled_in(text, values), text);
  }
  EXPECT_EQ(filled_in("{{t0}}", values), "{0.1}");
}

TEST(ExternalSpec, WhatCannotBeASolverIsRefusedByKeyValueAndRule) {
  EXPECT_EQ(refusal(command({"./s", "{input}", "{output}", "{viscosity}"})), "");
  EXPECT_EQ(refusal(command({"awk", "{print $1} {x}", "{input}", "{output}"})), "");
  EXPECT_THAT(refusal(command({})), HasSubstr("command|command = []: must begin with the name of a program"));
  EXPECT_THAT(refusal(command({""})), HasSubstr("must begin with"));
  EXPECT_THAT(refusal(command({"./s", "{output}"})), HasSubstr("must say by {input}"));
  EXPECT_THAT(refusal(command({"./s", "{input}"})), HasSubstr("must say by {output}"));
  EXPECT_THAT(refusal(command({"./s", "{inptu}", "{output}"})), HasSubstr("did you mean {input}?"));
  EXPECT_THAT(refusal(command({"./s", "{input}", "{output}", "{viscosty}"})), HasSubstr("did you mean {viscosity}?"));
  EXPECT_THAT(refusal(command({"./s", "{input}", "{output}", std::string("a\0b", 3)})), HasSubstr("zero byte"));
  EXPECT_THAT(refusal({.kind = ExternalKind::worker, .words = {"./w", "{input}"}}), HasSubstr("worker|"));
  EXPECT_THAT(refusal({.kind = ExternalKind::library}), HasSubstr("library|library = \"\""));
  EXPECT_THAT(refusal({.kind = ExternalKind::library, .library = "l", .function = ""}), HasSubstr("function|"));
}

TEST(OutputTail, KeepsTheEndOnOneLineOfText) {
  OutputTail tail;
  EXPECT_EQ(tail.clause(), "");
  tail.append("  first\r\n\n\tsecond \x1b[1m\xff\xc3\xa9\n");
  EXPECT_EQ(tail.text(), "first | second ?[1m?é");
  EXPECT_EQ(tail.clause(), "; its standard error says \"first | second ?[1m?é\"");
  for (int i = 0; i < 1000; ++i) tail.append("é");
  EXPECT_THAT(tail.clause(), HasSubstr("; its standard error ends with \"…é"));
  EXPECT_LT(tail.text().size(), 700U);
  EXPECT_EQ(tail.text().find('?'), std::string::npos) << "no character is cut in two";
}

TEST(OutputTail, WhatIsNotUtf8IsMarked) {
  for (const std::string bytes :
       {"\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\x80", "\xc2\x85"}) {
    EXPECT_EQ(on_one_line(bytes), std::string(bytes.size(), '?'));
  }
  EXPECT_EQ(on_one_line("\xf0\x9f\x99\x82 \xe2\x82\xac"), "\xf0\x9f\x99\x82 \xe2\x82\xac");
}

}  // namespace
}  // namespace forerun
