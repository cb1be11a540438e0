package e2e

import (
	"fmt"
	"strings"
)

// pythonLiterals formats values in Python.
func pythonLiterals() literals {
	truth := func(v any) string {
		if v == true {
			return "True"
		}
		return "False"
	}
	return literals{
		kindInt: plain, kindFloat: plain, kindBool: truth, kindText: quoted,
		kindInts: listOf("[", "]", plain), kindTexts: listOf("[", "]", quoted),
		kindCounts: countsOf("{", "}", "%s: %s"),
	}
}

// pythonStarter writes a module without function bodies. The solution raises
// ValueError for invalid input.
func pythonStarter(e exercise) string {
	var text string
	for _, f := range e.functions {
		var words []string
		for _, p := range f.parameters {
			words = append(words, p.name())
		}
		text += fmt.Sprintf("def %s(%s):\n    raise NotImplementedError\n\n\n", f.name, strings.Join(words, ", "))
	}
	return strings.TrimSuffix(text, "\n\n")
}

// pytestTests writes the cases for pytest.
func pytestTests(e exercise) string {
	text := "import pytest\n\nimport " + e.module() + "\n"
	l := pythonLiterals()
	for _, c := range e.cases {
		f := e.function(c)
		call := e.module() + "." + l.call(f, c)
		check := "with pytest.raises(ValueError):\n        " + call
		if !c.Error {
			check = fmt.Sprintf("assert %s == %s", call, l[f.result](c.Expected))
		}
		text += fmt.Sprintf("\n\ndef %s():\n    %s\n", c.Name, check)
	}
	return text
}

// unittestTests writes the cases for Python's unittest.
func unittestTests(e exercise) string {
	text := "import unittest\n\nimport " + e.module() + "\n\n\nclass " + e.class() + "Test(unittest.TestCase):\n"
	l := pythonLiterals()
	for _, c := range e.cases {
		f := e.function(c)
		call := e.module() + "." + l.call(f, c)
		check := "with self.assertRaises(ValueError):\n            " + call
		if !c.Error {
			check = fmt.Sprintf("self.assertEqual(%s, %s)", call, l[f.result](c.Expected))
		}
		text += fmt.Sprintf("    def %s(self):\n        %s\n\n", c.Name, check)
	}
	return text
}
