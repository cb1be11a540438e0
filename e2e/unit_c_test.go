package e2e

import (
	"fmt"
	"strings"
)

// cLiterals formats the values of exercises in C.
func cLiterals() literals {
	return literals{kindInt: plain, kindBool: plain, kindText: quoted}
}

// cPrototype declares a function. A text is returned through a buffer; -1 reports invalid input.
func cPrototype(f function) string {
	types := map[kind]string{kindInt: "int ", kindBool: "bool ", kindText: "const char *"}
	var words []string
	for _, p := range f.parameters {
		words = append(words, types[p.kind]+p.name())
	}
	if f.result == kindText {
		return fmt.Sprintf("void %s(%s, char *result)", f.name, strings.Join(words, ", "))
	}
	return fmt.Sprintf("%s%s(%s)", types[f.result], f.name, strings.Join(words, ", "))
}

func cHeader(e exercise) string {
	text := "#pragma once\n#include <stdbool.h>\n\n"
	for _, f := range e.functions {
		text += cPrototype(f) + ";\n"
	}
	return text
}

func cStarter(e exercise) string {
	text := fmt.Sprintf("#include \"%s.h\"\n\n#include <stdlib.h>\n", e.module())
	for _, f := range e.functions {
		text += fmt.Sprintf("\n%s { abort(); }\n", cPrototype(f))
	}
	return text
}

// cCheck returns the body of one case, which uses SAME_INT and SAME_TEXT.
func cCheck(e exercise, c canonicalCase) string {
	f, l := e.function(c), cLiterals()
	if f.result == kindText {
		return fmt.Sprintf("char result[256] = \"\"; %s(%s, result); SAME_TEXT(result, %s);", f.name, l.arguments(f, c), quoted(c.Expected))
	}
	expected := "-1"
	if !c.Error {
		expected = plain(c.Expected)
	}
	return fmt.Sprintf("SAME_INT(%s, %s);", l.call(f, c), expected)
}

// cmockaTests writes the cases for cmocka.
func cmockaTests(e exercise) string {
	text := "#include <stdarg.h>\n#include <stddef.h>\n#include <setjmp.h>\n#include <stdint.h>\n#include <cmocka.h>\n" +
		"#include \"" + e.module() + ".h\"\n#define SAME_INT assert_int_equal\n#define SAME_TEXT assert_string_equal\n\n"
	var list strings.Builder
	for _, c := range e.cases {
		text += fmt.Sprintf("static void %s(void **state) { (void)state; %s }\n", c.Name, cCheck(e, c))
		fmt.Fprintf(&list, "        cmocka_unit_test(%s),\n", c.Name)
	}
	return text + "\nint main(void) {\n    const struct CMUnitTest tests[] = {\n" + list.String() +
		"    };\n    return cmocka_run_group_tests(tests, NULL, NULL);\n}\n"
}

// printedTests writes a main that prints each result with a format, which uses the case's number,
// its name and whether it failed.
func printedTests(e exercise, header, format string) string {
	text := "#include <stdio.h>\n#include <string.h>\n#include \"" + e.module() + ".h\"\n" +
		"static int bad;\n#define SAME_INT(a, b) bad = (a) != (b)\n#define SAME_TEXT(a, b) bad = strcmp(a, b) != 0\n\n" +
		"static void show(int number, const char *name) { printf(" + format + "); fflush(stdout); }\n\n" +
		"int main(void) {\n" + header
	for i, c := range e.cases {
		text += fmt.Sprintf("    { %s show(%d, \"%s\"); }\n", cCheck(e, c), i+1, c.Name)
	}
	return text + "    return 0;\n}\n"
}

// tapTests writes tests that print the Test Anything Protocol.
func tapTests(e exercise) string {
	return printedTests(e, fmt.Sprintf("    puts(\"1..%d\");\n", len(e.cases)), `"%s %d - %s\n", bad ? "not ok" : "ok", number, name`)
}

// unityTests writes tests that print the format of ThrowTheSwitch's Unity.
func unityTests(e exercise) string {
	return printedTests(e, "", `"tests.c:%d:%s:%s\n", number, name, bad ? "FAIL: not as expected" : "PASS"`)
}

// ctestTests writes a program that runs the case with the number in its argument.
func ctestTests(e exercise) string {
	text := "#include <stdlib.h>\n#include <string.h>\n#include \"" + e.module() + ".h\"\n" +
		"static int bad;\n#define SAME_INT(a, b) bad = (a) != (b)\n#define SAME_TEXT(a, b) bad = strcmp(a, b) != 0\n\n" +
		"int main(int argc, char **argv) {\n    switch (argc > 1 ? atoi(argv[1]) : 0) {\n"
	for i, c := range e.cases {
		text += fmt.Sprintf("    case %d: { %s return bad; }\n", i+1, cCheck(e, c))
	}
	return text + "    }\n    return 2;\n}\n"
}

// ctestProject builds that program and declares its cases. The cases use $TEST_OUT to find the
// program, because its path changes between build and run.
func ctestProject(e exercise) string {
	text := "cmake_minimum_required(VERSION 3.21)\nproject(units C)\nenable_testing()\n" +
		"add_executable(units tests.c ${WORK}/" + e.module() + ".c)\ntarget_include_directories(units PRIVATE ${WORK})\n"
	for i, c := range e.cases {
		text += fmt.Sprintf("add_test(NAME %s COMMAND sh -c \"exec $TEST_OUT/b/units %d\")\n", c.Name, i+1)
	}
	return text
}
