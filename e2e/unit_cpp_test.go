package e2e

import (
	"fmt"
	"strings"
)

// cppLiterals formats values in C++.
func cppLiterals() literals {
	text := func(v any) string { return "std::string(" + quoted(v) + ")" }
	return literals{
		kindInt: plain, kindBool: plain, kindText: text,
		kindInts:   listOf("std::vector<int>{", "}", plain),
		kindTexts:  listOf("std::vector<std::string>{", "}", quoted),
		kindCounts: countsOf("std::map<std::string, int>{", "}", "{%s, %s}"),
	}
}

// cppPrototype declares a function; std::invalid_argument reports invalid input.
func cppPrototype(f function) string {
	types := map[kind]string{
		kindInt: "int", kindBool: "bool", kindText: "std::string", kindInts: "std::vector<int>",
		kindTexts: "std::vector<std::string>", kindCounts: "std::map<std::string, int>",
	}
	var words []string
	for _, p := range f.parameters {
		words = append(words, types[p.kind]+" "+p.name())
	}
	return fmt.Sprintf("%s %s(%s)", types[f.result], f.name, strings.Join(words, ", "))
}

func cppHeader(e exercise) string {
	text := "#pragma once\n#include <map>\n#include <string>\n#include <vector>\n\n"
	for _, f := range e.functions {
		text += cppPrototype(f) + ";\n"
	}
	return text
}

func cppStarter(e exercise) string {
	text := fmt.Sprintf("#include \"%s.h\"\n\n#include <stdexcept>\n", e.module())
	for _, f := range e.functions {
		text += fmt.Sprintf("\n%s { throw std::logic_error(\"to do\"); }\n", cppPrototype(f))
	}
	return text
}

// googleTests writes the cases for GoogleTest.
func googleTests(e exercise) string {
	text := "#include <gtest/gtest.h>\n#include <stdexcept>\n#include \"" + e.module() + ".h\"\n\n"
	l := cppLiterals()
	for _, c := range e.cases {
		f := e.function(c)
		check := fmt.Sprintf("EXPECT_THROW(::%s, std::invalid_argument);", l.call(f, c))
		if !c.Error {
			check = fmt.Sprintf("EXPECT_EQ((::%s), (%s));", l.call(f, c), l[f.result](c.Expected))
		}
		text += fmt.Sprintf("TEST(%s, %s) { %s }\n", e.class(), c.Name, check)
	}
	return text
}

// catchTests writes the cases for Catch2, version 2.
func catchTests(e exercise) string {
	text := "#define CATCH_CONFIG_MAIN\n#include <catch.hpp>\n#include <stdexcept>\n#include \"" + e.module() + ".h\"\n\n"
	l := cppLiterals()
	for _, c := range e.cases {
		f := e.function(c)
		check := fmt.Sprintf("CHECK_THROWS_AS(::%s, std::invalid_argument);", l.call(f, c))
		if !c.Error {
			check = fmt.Sprintf("CHECK((::%s == %s));", l.call(f, c), l[f.result](c.Expected))
		}
		text += fmt.Sprintf("TEST_CASE(\"%s\") { %s }\n", c.Name, check)
	}
	return text
}
