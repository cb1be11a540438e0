package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// caseFiles writes an exercise's cases as inputs and answers. Every input value is on its own
// line, after the function's name if there are several functions.
func caseFiles(e exercise) map[string]string {
	files := map[string]string{}
	for _, c := range e.cases {
		f := e.function(c)
		var in []string
		if len(e.functions) > 1 {
			in = append(in, f.name)
		}
		for _, p := range f.parameters {
			in = append(in, shown(p.kind, c.value(p.path)))
		}
		out := "error: " + c.errorText()
		if !c.Error {
			out = shown(f.result, c.Expected)
		}
		files["../io/"+c.Name+".in"] = strings.Join(in, "\n") + "\n"
		files["../io/"+c.Name+".out"] = out + "\n"
	}
	return files
}

// shown formats a value like the input and output of the programs.
func shown(k kind, v any) string {
	switch k {
	case kindInts:
		return joined(v, " ", plain)
	case kindTexts:
		return joined(v, "\n", plain)
	case kindCounts:
		object := v.(map[string]any)
		var lines []string
		for _, word := range slices.Sorted(maps.Keys(object)) {
			lines = append(lines, fmt.Sprintf("%s %s", word, object[word].(json.Number)))
		}
		return strings.Join(lines, "\n")
	}
	return fmt.Sprint(v)
}

// goStarter writes a package without function bodies.
func goStarter(e exercise) string {
	text := "package scrabble\n"
	types := map[kind]string{kindInt: "int", kindText: "string"}
	for _, f := range e.functions {
		var words []string
		for _, p := range f.parameters {
			words = append(words, p.name()+" "+types[p.kind])
		}
		text += fmt.Sprintf("\nfunc %s(%s) %s { panic(\"to do\") }\n", f.name, strings.Join(words, ", "), types[f.result])
	}
	return text
}

// goTests writes the cases for go test.
func goTests(e exercise) string {
	text := "package scrabble\n\nimport \"testing\"\n"
	l := literals{kindInt: plain, kindText: quoted}
	for _, c := range e.cases {
		f := e.function(c)
		text += fmt.Sprintf("\nfunc Test%s(t *testing.T) {\n\tif got := %s; got != %s {\n\t\tt.Error(got)\n\t}\n}\n",
			strings.TrimPrefix(c.Name, "test"), l.call(f, c), l[f.result](c.Expected))
	}
	return text
}
