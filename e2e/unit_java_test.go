package e2e

import (
	"fmt"
	"strings"
)

// javaLiterals formats values in Java.
func javaLiterals() literals {
	return literals{
		kindInt: plain, kindBool: plain, kindText: quoted,
		kindInts: listOf("new int[]{", "}", plain),
	}
}

// javaStarter writes a class without method bodies. The solution throws
// IllegalArgumentException for invalid input.
func javaStarter(e exercise) string {
	types := map[kind]string{kindInt: "int", kindBool: "boolean", kindText: "String", kindInts: "int[]"}
	text := "class " + e.class() + " {\n"
	for _, f := range e.functions {
		var words []string
		for _, p := range f.parameters {
			words = append(words, types[p.kind]+" "+p.name())
		}
		text += fmt.Sprintf("    static %s %s(%s) {\n        throw new UnsupportedOperationException(\"to do\");\n    }\n",
			types[f.result], f.name, strings.Join(words, ", "))
	}
	return text + "}\n"
}

// javaStyle holds the syntax that differs between JUnit 4 and 5.
type javaStyle struct {
	imports, public string
}

func junit4() javaStyle {
	return javaStyle{"import static org.junit.Assert.*;\nimport org.junit.Test;\n", "public "}
}

func junit5() javaStyle {
	return javaStyle{"import static org.junit.jupiter.api.Assertions.*;\nimport org.junit.jupiter.api.Test;\n", ""}
}

// tests writes the cases for JUnit.
func (s javaStyle) tests(e exercise) string {
	text := s.imports + "\n" + s.public + "class " + e.class() + "Test {\n"
	l := javaLiterals()
	for _, c := range e.cases {
		f := e.function(c)
		call := e.class() + "." + l.call(f, c)
		check := fmt.Sprintf("assertThrows(IllegalArgumentException.class, () -> %s);", call)
		if !c.Error {
			check = fmt.Sprintf("assertEquals(%s, %s);", l[f.result](c.Expected), call)
		}
		text += fmt.Sprintf("    @Test %svoid %s() { %s }\n", s.public, c.Name, check)
	}
	return text + "}\n"
}
